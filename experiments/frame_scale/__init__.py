"""In which units should the frame regularizer's strength be, and where does it help?"""
