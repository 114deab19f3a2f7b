"""The press's own process: reads jobs from standard input, writes PDFs to standard output.

It is run by `device` as a script of its own, with an empty environment, limits on memory
and no way to the network: a template that loops or asks for a package harms nobody.
A frame is four bytes of length, big-endian, and that many bytes. A job is JSON; an
answer begins with ``+`` and the PDF, or with ``-`` and what typst said.
"""

import ctypes
import json
import resource
import sys

import typst

MOST_MEMORY = 2 << 30
MOST_FRAME = 64 << 20
NEW_NETWORK = 0x10000000 | 0x40000000


def _shut_in() -> None:
    """Give up memory, files to write, and the network where the kernel lets us."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # Needs user namespaces; without them the unreachable proxy of `device` stands alone.
    ctypes.CDLL(None).unshare(NEW_NETWORK)


def _serve(root: str) -> None:
    compiler = typst.Compiler(root=root)
    # The first page finds the fonts: that takes longer than a letter.
    compiler.compile(input=b"[]", format="pdf")
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while len(head := source.read(4)) == 4:
        job = json.loads(source.read(int.from_bytes(head, "big")))
        try:
            printed = compiler.compile(
                input=job["source"].encode(),
                format="pdf",
                sys_inputs=job["inputs"],
                pdf_standards=["ua-1", "a-3a"],
                timestamp=job["at"],
            )
            made = b"+" + printed if isinstance(printed, bytes) else b"-nothing was printed"
        except typst.TypstError as error:
            made = b"-" + str(error).encode()[:4000]
        sink.write(len(made).to_bytes(4, "big") + made)
        sink.flush()


if __name__ == "__main__":
    _shut_in()
    _serve(sys.argv[1])
