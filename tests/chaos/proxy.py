"""A TCP proxy that can cut every connection, refuse new ones, and pass bytes on late."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

HOST = "127.0.0.1"
CHUNK_BYTES = 65_536


class Proxy:
    """Stands before one port. It keeps its own port while it is cut: whoever connects is sent away at once."""

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self.delay_seconds = 0.0
        self._target_port = target_port
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Break every connection, and every new one until it is mended."""
        self._is_cut = True
        for writer in list(self._open):
            writer.transport.abort()

    def mend(self) -> None:
        """Pass everything on again, at once."""
        self._is_cut = False
        self.delay_seconds = 0.0

    async def serve(self, near: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on in both directions until one side ends it."""
        if self._is_cut:
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            far, far_writer = await asyncio.open_connection(HOST, self._target_port)
        except (OSError, asyncio.CancelledError):  # refused, or the loop ends: a stream's callback would take that for a failure
            writer.transport.abort()
            self._open.discard(writer)
            return
        self._open.add(far_writer)
        with suppress(asyncio.CancelledError):
            await asyncio.gather(self._copy(near, far_writer), self._copy(far, writer))
        for each in (writer, far_writer):
            each.transport.abort()
            self._open.discard(each)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                writer.write(data)
                await writer.drain()
        writer.close()  # the end of one direction ends the other too: a half-open connection would hide a server's death


@asynccontextmanager
async def proxied(target_port: int, port: int) -> AsyncIterator[Proxy]:
    """Listen on a port and pass everything on to another; whoever is there need not be up yet."""
    proxy = Proxy(target_port)
    server = await asyncio.start_server(proxy.serve, HOST, port)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.cut()
