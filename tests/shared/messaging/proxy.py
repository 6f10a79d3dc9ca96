"""A TCP proxy that can be cut and mended: how a server looks that goes away and comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

HOST = "127.0.0.1"


class Proxy:
    """Passes connections on to a server while it is whole; refuses and cuts them while it is not."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def mend(self) -> None:
        """Take connections, always on the same port."""
        self._server = await asyncio.start_server(self._pass_on, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            self._open |= {writer, far_writer}
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
            self._open -= {writer, far_writer}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def proxied(address: str) -> AsyncIterator[Proxy]:
    """Put a proxy, not yet mended, before host:port."""
    host, _, port = address.rpartition(":")
    proxy = Proxy(host, int(port))
    await proxy.mend()
    await proxy.cut()
    try:
        yield proxy
    finally:
        await proxy.cut()


def url_through(proxy: Proxy, url: str) -> str:
    """The same database through the proxy."""
    parts = urlsplit(url)
    place = f"{HOST}:{proxy.port}"
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@{place}" if login else place))


def address_of(url: str) -> str:
    """The host:port of a database's URL."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}"
