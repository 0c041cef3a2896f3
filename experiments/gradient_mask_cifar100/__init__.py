"""Does a gradient mask help a small network on little data, and with which settings?"""
