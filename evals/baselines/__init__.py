"""Plain systems to run beside ours: what a number is worth shows only next to what anybody could have built."""
