"""Where the tests write: into memory, where Linux offers a folder there with room for them.

Nothing that a test shows depends on a disk, and making the files of a site or of a database takes
ten times as long on one.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

FOLDER: Final = Path("/dev/shm")
ROOM: Final = 2 * 1024**3  # bytes; a run has written a tenth of it at most


def find_folder() -> Path | None:
    """Return a folder in memory; None where there is none, too little room or no running of files.

    The folder that containers have is often too small, or mounted `noexec`.
    """
    if not FOLDER.is_dir() or not os.access(FOLDER, os.W_OK):
        return None
    runs = not os.statvfs(FOLDER).f_flag & os.ST_NOEXEC
    return FOLDER if runs and shutil.disk_usage(FOLDER).free >= ROOM else None
