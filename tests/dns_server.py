"""A DNS server on loopback that answers as it is told, over UDP and TCP, and remembers what it was asked."""

from __future__ import annotations

import socketserver
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

SMALL = 512  # what an answer over UDP may hold here; a longer one is cut, and asked for again over TCP


class DnsServer:
    """`texts` holds the TXT records by name, each as the strings it comes in; `aliases` names that stand for others."""

    def __init__(self) -> None:
        self.texts: dict[str, list[list[str]]] = {}
        self.aliases: dict[str, str] = {}
        self.empty: set[str] = set()  # names that exist without a TXT record
        self.fails = False
        self.is_slow = 0.0  # seconds before an answer
        self.on_question: Callable[[], object] = lambda: None
        self.asked: list[tuple[str, str]] = []  # the way and the name
        self.port = 0

    def set_text(self, name: str, *strings: str) -> None:
        self.texts[name] = [list(strings)]

    def answer(self, wire: bytes, way: str) -> bytes:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append((way, name))
        self.on_question()
        time.sleep(self.is_slow)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if self.fails:
            reply.set_rcode(dns.rcode.SERVFAIL)
        else:
            self._fill(reply, question.name, name)
        if way == "tcp":
            return reply.to_wire()
        try:
            return reply.to_wire(max_size=SMALL)
        except dns.exception.TooBig:
            cut = dns.message.make_response(query)
            cut.flags |= dns.flags.TC
            return cut.to_wire()

    def _fill(self, reply: dns.message.Message, question: dns.name.Name, name: str) -> None:
        if name in self.aliases:
            target = self.aliases[name]
            reply.answer.append(dns.rrset.from_text(question, 1, "IN", "CNAME", f"{target}."))
            question, name = dns.name.from_text(target), target
        wildcard = f"*.{name.partition('.')[2]}"
        records = self.texts.get(name) or self.texts.get(wildcard)
        if records:
            said = [" ".join(f'"{one}"' for one in strings) for strings in records]
            reply.answer.append(dns.rrset.from_text(question, 1, "IN", "TXT", *said))
        elif name not in self.empty:
            reply.set_rcode(dns.rcode.NXDOMAIN)


@contextmanager
def serving() -> Iterator[DnsServer]:
    server = DnsServer()

    class OverUdp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, socket = self.request
            socket.sendto(server.answer(data, "udp"), self.client_address)

    class OverTcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            (length,) = struct.unpack("!H", self.rfile.read(2))
            wire = server.answer(self.rfile.read(length), "tcp")
            self.wfile.write(struct.pack("!H", len(wire)) + wire)

    tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), OverTcp)
    udp = socketserver.ThreadingUDPServer(tcp.server_address, OverUdp)
    server.port = udp.server_address[1]
    running: list[Any] = [udp, tcp]
    threads = [Thread(target=one.serve_forever, args=(0.01,), daemon=True) for one in running]
    for thread in threads:
        thread.start()
    try:
        yield server
    finally:
        for one in running:
            one.shutdown()
            one.server_close()
        for thread in threads:
            thread.join(5)
