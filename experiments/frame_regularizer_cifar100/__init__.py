"""Does a small residual network on little data gain when its layers keep to frame bounds?"""
