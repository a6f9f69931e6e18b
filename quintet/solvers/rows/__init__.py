"""The row-by-row route: reads resolved trees one row at a time, in any arithmetic."""
