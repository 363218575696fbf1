"""Plain English nouns for values that are words: each short, lowercase, and valid as the name of a Kubernetes object.

None is a word that YAML reads as something else than text, and none is a plural or a proper name.
"""

from __future__ import annotations

NOUNS = tuple(
    """
    acorn amber anchor apple apron arrow badge baker banner barrel basin basket beach beacon bell bench berry birch
    blanket boat bottle branch brick bridge broom brush bucket button cabin cable camel candle canoe canyon carpet
    castle cedar cello chalk cherry circle cliff cloud clover coast comet compass copper coral cotton cradle crane
    crystal cup daisy delta desert dolphin donkey drum eagle easel elbow ember engine falcon feather fern ferry
    fiddle field flute forest fountain fox garden garlic ginger glacier globe glove goose granite grape harbor hazel
    hedge hermit heron hill honey island ivory ivy jacket jasmine jungle kettle kitchen ladder lagoon lamp lantern
    laurel lemon lily linen lizard lotus magnet mango maple marble meadow melon mill mirror moss mountain mustard
    needle nickel oak oasis ocean olive onion orchard otter owl paddle panda parrot pasture pearl pebble pepper
    piano pigeon pillow pine planet plum pocket pond poplar prairie pumpkin quarry quartz rabbit raven reed ribbon
    river rocket rose saddle saffron sail salmon sand sapphire scarf seal shadow shell shore silver sparrow
    spice spruce squirrel stable statue stone stream summit swan table temple thistle thunder tiger timber tower
    tulip tunnel turtle valley velvet village violet violin walnut walrus wheel whistle willow window winter wolf
    """.split()  # noqa: SIM905 - a column of nouns is harder to read
)
