"""The queue and what lies around it: finding, handing over, one's own looks, keys."""
