"""``tocsin schemas``: the nouns as JSON Schemas, one document with a definition each."""

import argparse

import orjson

from schemas.codec import NOUNS, VERSION


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("noun", nargs="?", choices=sorted(NOUNS), help="one noun; all of them by default")


def run(arguments: argparse.Namespace) -> int:
    """Print them."""
    wanted = [arguments.noun] if arguments.noun else list(NOUNS)
    schemas = {name: NOUNS[name].model_json_schema(by_alias=True) for name in wanted}
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", "version": VERSION, "nouns": schemas}
    print(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    return 0
