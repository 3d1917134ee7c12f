"""Puts the network guard into every Python process whose PYTHONPATH names this folder."""

import network_guard

network_guard.install()
