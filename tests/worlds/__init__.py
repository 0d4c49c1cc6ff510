"""What the tests stand on: real databases, a real mail listener, offices large and small, and a rollout on them."""
