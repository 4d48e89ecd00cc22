"""What holds and why: ``.mtelint.toml`` under the command line, and the baseline of known findings."""

from mtelint.config.baseline import Baseline, read_baseline, render_baseline
from mtelint.config.config_file import Config, Rating, read_config
from mtelint.config.settings import NAME, Configs, Said, Settings, settle

__all__ = [
    "NAME", "Baseline", "Config", "Configs", "Rating", "Said", "Settings",
    "read_baseline", "read_config", "render_baseline", "settle",
]  # fmt: skip
