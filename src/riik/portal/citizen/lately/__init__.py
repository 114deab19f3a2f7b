"""How a person's cases stood when their organisations told it last."""
