"""llama.cpp's own reader of grammars, as the model server uses it, without a model."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

_INIT = "_Z23llama_grammar_init_implPK11llama_vocabPKcS3_bPS3_mPKim"
_FREE = "_Z23llama_grammar_free_implP13llama_grammar"
_ACCEPT = "_Z20llama_grammar_acceptP13llama_grammarj"
_STACKS = "_Z24llama_grammar_get_stacksP13llama_grammar"


class _Vector(ctypes.Structure):
    """A std::vector, as far as its length is concerned."""

    _fields_ = [("begin", ctypes.c_void_p), ("end", ctypes.c_void_p), ("room", ctypes.c_void_p)]


def _library() -> ctypes.CDLL:
    found = find_spec("xllamacpp")
    assert found
    assert found.origin
    [path] = Path(found.origin).parent.glob("xllamacpp*.so")
    library = ctypes.CDLL(str(path))
    # By getattr, which keeps the function and what is said of it.
    getattr(library, _INIT).restype = ctypes.c_void_p
    getattr(library, _STACKS).restype = ctypes.POINTER(_Vector)
    return library


@contextmanager
def _opened(grammar: str) -> Iterator[tuple[ctypes.CDLL, ctypes.c_void_p]]:
    library = _library()
    none, count = ctypes.c_void_p(None), ctypes.c_size_t(0)
    text = grammar.encode()
    pointer = getattr(library, _INIT)(
        none, ctypes.c_char_p(text), ctypes.c_char_p(b"root"), False, none, count, none, count
    )
    assert pointer, "llama.cpp cannot read the grammar"
    handle = ctypes.c_void_p(pointer)
    try:
        yield library, handle
    finally:
        getattr(library, _FREE)(handle)


def _stacks(library: ctypes.CDLL, handle: ctypes.c_void_p) -> list[bool]:
    """The ways in which what was read may go on; true for one that has come to its end."""
    outer = getattr(library, _STACKS)(handle).contents
    size = ctypes.sizeof(_Vector)
    count = ((outer.end or 0) - (outer.begin or 0)) // size
    inner = [_Vector.from_address(outer.begin + number * size) for number in range(count)]
    return [stack.begin == stack.end for stack in inner]


def accepted(grammar: str, text: str) -> str:
    """The beginning of `text` that the grammar allows: all of it where it is a complete reply."""
    with _opened(grammar) as (library, handle):
        for place, letter in enumerate(text):
            getattr(library, _ACCEPT)(handle, ctypes.c_uint32(ord(letter)))
            if not _stacks(library, handle):
                return text[:place]
        return text if any(_stacks(library, handle)) else f"{text}…"


def most_ways(grammar: str, text: str) -> int:
    """In how many ways at most the server has to follow the text at once."""
    with _opened(grammar) as (library, handle):
        found = [0]
        for letter in text:
            getattr(library, _ACCEPT)(handle, ctypes.c_uint32(ord(letter)))
            found.append(len(_stacks(library, handle)))
        return max(found)
