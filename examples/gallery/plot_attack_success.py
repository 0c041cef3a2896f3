"""How many iterations SimBA, an attack without gradients, needs to change a network's decision."""

from digits_network import network, x, y

from keras_lateral import SimBA, plot_attack_success

attack = SimBA(epsilon=0.2, iterations=200)
results = {kind: attack.run(network(kind), x, y) for kind in ("plain", "masked")}
figure, axes = plot_attack_success(results)
