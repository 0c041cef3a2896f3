from keras_lateral.tuning.sigma_training import KeptRuns


def test_a_training_is_made_once_and_remembered_to_the_last_bit(tmp_path):
    made = []

    def train(sigma, seed, epochs):
        made.append((sigma, seed, epochs))
        return 1 / (3 + len(made))

    every = [(None, 0, 5), (1.0, 0, 5), (1.0, 1, 5), (1.0 + 2**-52, 0, 5), (1.0, 0, 6)]
    first = [KeptRuns(train, tmp_path)(*run) for run in every]
    again = [KeptRuns(train, tmp_path)(*run) for run in every]
    assert again == first
    assert made == every
