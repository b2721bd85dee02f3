"""One program per benchmark: each figure beside a baseline that is taken in the same run."""
