from keras_lateral.datasets.published.sets import part_of_the_published_set


def test_a_complete_set_needs_no_note():
    assert part_of_the_published_set("cifar10", 50_000, 10_000) == ()


def test_the_note_on_a_part_gives_its_size_and_says_that_accuracies_are_not_comparable():
    (note,) = part_of_the_published_set("cifar10", 10_000, 2_000)
    assert "10,000 of 50,000 training and 2,000 of 10,000 test images" in note
    assert "not comparable" in note
