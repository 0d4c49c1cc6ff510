"""What it costs, side by side with the alternatives, in one run: the machine is noisy, so only ratios count."""
