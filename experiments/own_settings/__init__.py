"""Which threshold, frozen epochs and factor should our three methods have as a method?"""
