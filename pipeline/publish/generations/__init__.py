"""One published night on the disk: written aside, journalled, kept, and what of it only the job may see."""
