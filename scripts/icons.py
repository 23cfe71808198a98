"""Make static/img/icons.svg: every icon that a page names, in one file that browsers keep."""

import re
import sys
from pathlib import Path
from zipfile import ZipFile

from tablericons._compat import open_binary

SPRITE = Path(__file__).resolve().parent.parent / "static" / "img" / "icons.svg"

# Tabler's outline icons, by their own names, one a line. Add one there and run `python -m scripts.icons`.
NAMES = Path(__file__).with_name("icons.txt").read_text().split()

BRAND = (
    '<rect x="1" y="1" width="22" height="22" rx="6.5" fill="var(--accent, #3a52d4)"/>'
    '<g fill="#fff"><circle cx="9" cy="9" r="2.6"/><rect x="5" y="14" width="8" height="3.4" rx="1.7"/>'
    '<g opacity=".6"><rect x="15" y="6.4" width="4" height="2.2" rx="1.1"/>'
    '<rect x="15" y="10.6" width="4" height="2.2" rx="1.1"/>'
    '<rect x="15" y="14.8" width="4" height="2.2" rx="1.1"/></g></g>'
)


def outline(archive: ZipFile, name: str) -> str:
    """The paths of one icon, without what the style sheet says about all of them."""
    svg = archive.read(f"outline/{name}.svg").decode()
    paths = "".join(re.findall(r"<(?:path|circle|rect|line)\b[^>]*/>", svg))
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{paths.replace(" />", "/>")}</symbol>'


def reach(quarters: int) -> str:
    """Four bars, of which as many are strong as the quarters of the catalogue that a role grants."""
    faint = ' opacity=".22"'
    bars = "".join(
        f'<rect x="{4 * bar + 0.5}" y="{9 - 3 * bar}" width="2.6" height="{4 + 3 * bar}" rx="1"'
        f"{'' if bar < quarters else faint}/>"
        for bar in range(4)
    )
    return f'<symbol id="reach-{quarters}" viewBox="0 0 16 13"><g fill="currentColor">{bars}</g></symbol>'


def main() -> None:
    with ZipFile(open_binary("tablericons", "tablericons.zip")) as archive:
        known = {name.removeprefix("outline/").removesuffix(".svg") for name in archive.namelist()}
        if missing := sorted(set(NAMES) - known):
            sys.exit(f"There is no icon named {', '.join(missing)}.")
        symbols = [outline(archive, name) for name in sorted(NAMES)]
    symbols += [reach(quarters) for quarters in range(5)]
    symbols.append(f'<symbol id="brand" viewBox="0 0 24 24">{BRAND}</symbol>')
    SPRITE.write_text('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n")
    favicon = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{BRAND}</svg>\n'
    SPRITE.with_name("favicon.svg").write_text(favicon.replace("var(--accent, #3a52d4)", "#3a52d4"))


if __name__ == "__main__":
    main()
