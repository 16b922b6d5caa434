"""Sentences on two subjects as lists of word indices: a small bag of words."""

from __future__ import annotations

COOKING = """
stir the soup and add salt to the pot
bake the bread in a hot oven until brown
chop an onion and fry it in butter
boil the rice and add a spoon of oil
add sugar and butter to the warm milk
roast the fish with lemon salt and oil
fry the egg in a pan with butter
bake a cake with flour sugar and egg
the soup needs salt pepper and an onion
boil the egg and chop it with the onion
mix flour and milk and bake the dough
roast the onion in the oven with oil
"""
SAILING = """
hoist the sail and turn into the wind
the boat left the harbour at high tide
drop the anchor before the storm and the wind
steer the boat by the compass and the stars
the crew tied the rope to the mast
a strong wind tore the sail on the mast
the tide took the boat out of the harbour
pull the rope and lower the sail
the captain and the crew saw the storm
turn the boat and drop the anchor in the harbour
steer to the harbour before the tide turns
the wind and the waves rocked the ship
"""


def samples() -> tuple[list[tuple[list[int], int]], int]:
    """Each sentence with its subject (0 or 1), in turns, and how many words there are."""
    texts = [COOKING.strip().splitlines(), SAILING.strip().splitlines()]
    words = sorted({word for text in texts for line in text for word in line.split()})
    place = {word: index for index, word in enumerate(words)}
    lines = [(text[i], cls) for i in range(len(texts[0])) for cls, text in enumerate(texts)]
    found = [(sorted({place[word] for word in line.split()}), cls) for line, cls in lines]
    return found, len(words)
