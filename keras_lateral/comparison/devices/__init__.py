"""Which devices the trainings of a comparison use."""
