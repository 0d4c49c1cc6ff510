"""What it costs, side by side with the alternatives. Figures are of the machine it runs on; compare, do not quote."""
