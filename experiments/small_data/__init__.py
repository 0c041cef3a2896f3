"""What helps a small network on 20 or 50 images a class: the usual remedies, or our methods?"""
