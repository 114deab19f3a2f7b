"""Who comes today, and did they come?"""
