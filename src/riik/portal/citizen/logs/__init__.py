"""Following the registers' logs: does each go on from the tree head that this portal remembers?"""
