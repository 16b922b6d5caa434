"""The page's figures: seaborn drawings as inline SVG that follows the page's colours."""
