"""``python -m cseanalysis``."""

from cseanalysis.cli import main

if __name__ == "__main__":
    main()
