"""Who follows a register's changes over the exchange: subscribed, told in order, resumed."""
