"""The officials' room: its frame, who may enter, what is told when something can't be done."""
