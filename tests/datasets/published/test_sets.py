from keras_lateral.datasets.published.sets import part_of_the_published_set


def test_a_whole_set_needs_no_note():
    assert part_of_the_published_set("cifar10", 50_000, 10_000) == ()


def test_a_part_says_how_much_it_is_and_that_accuracies_do_not_compare():
    (note,) = part_of_the_published_set("cifar10", 10_000, 2_000)
    assert "10,000 of 50,000 training and 2,000 of 10,000 test images" in note
    assert "not comparable" in note
