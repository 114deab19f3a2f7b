"""The inbox: what the state wrote to a person, and that it reached them."""
