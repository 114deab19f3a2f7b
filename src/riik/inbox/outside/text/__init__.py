"""Text messages: a hint that something waits in the inbox, through a gateway of the operator's."""
