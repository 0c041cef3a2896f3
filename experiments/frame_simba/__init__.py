"""The frame regularizer under SimBA: how many images are lost after how many iterations?"""
