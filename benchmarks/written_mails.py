"""Patch mails of the size of real ones, written for the benchmarks: no text of a list or of the kernel is in them.

A mail has the headers that lists and relays add, a message, and hunks of ordinary C over a few files.  One hunk handles
tags.  Hunks stand in ``inputs/*.diff``, where DEV is put for a name, and NUM for a number.
"""

import quopri
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

INPUTS = Path(__file__).resolve().parent / "inputs"
NAMES = ("tagpool", "ringbuf", "scratch", "mailslot", "ledger", "framecache", "sidecar", "turnstile")
FOLDERS = ("arch/arm64/mm", "mm", "drivers/soc/sample", "arch/arm64/kvm", "include/linux")
ENCODINGS = ("8bit", "7bit", "quoted-printable")
HEADERS = """\
Return-Path: <linux-arm-kernel-bounces+archive=example.org@lists.example.org>
Delivered-To: archive@example.org
Received: from lists.example.org (lists.example.org [192.0.2.133])
\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)
\t key-exchange X25519 server-signature RSA-PSS (2048 bits))
\t(No client certificate requested)
\tby mx.example.org (Postfix) with ESMTPS id {token:.12}
\tfor <archive@example.org>; Tue,  3 Mar 2026 09:12:58 +0000 (UTC)
DKIM-Signature: v=1; a=rsa-sha256; q=dns/txt; c=relaxed/relaxed;
\td=lists.example.org; s=sample.20260101; h=Sender:
\tContent-Transfer-Encoding:Content-Type:List-Subscribe:List-Help:List-Post:
\tList-Archive:List-Unsubscribe:List-Id:MIME-Version:References:In-Reply-To:
\tMessage-ID:Date:Subject:Cc:To:From:Reply-To:Content-ID; bh={token:.43}=;
\tb={token}
\t {token}
\t {token}==;
Received: from localhost ([::1] helo=lists.example.org)
\tby lists.example.org with esmtp (Exim 4.98 #2 (Red Hat Linux))
\tid {token:.6}-{token:.11}-0aBc;
\tTue, 03 Mar 2026 09:12:52 +0000
Received: from mail-sample41.example.com ([2001:db8:4864:20::44a])
\tby lists.example.org with esmtps (Exim 4.98 #2 (Red Hat Linux))
\tid {token:.6}-{token:.11}-3dEf
\tfor linux-arm-kernel@lists.example.org;
\tTue, 03 Mar 2026 09:12:50 +0000
X-Sender-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; t=1772529168;
\tbh={token:.43}=;
\tb={token}
\t {token}
Date: Tue,  3 Mar 2026 10:12:{second:02} +0100
In-Reply-To: <20260303091231.4711-1-jo@example.org>
Mime-Version: 1.0
References: <20260227154402.2203-1-jo@example.org> <20260303091231.4711-1-jo@example.org>
X-Mailer: git-send-email 2.51.0
Message-ID: <20260303091231.4711-{number}-jo@example.org>
Subject: [PATCH v{version} {part:02}/12] arm64: {name}: Bound what one pass takes, and
 keep the count under the lock
From: Jo Example <jo@example.org>
To: linux-arm-kernel@lists.example.org, linux-mm@lists.example.org
Cc: =?utf-8?q?Ren=C3=A9_Sample?= <rene@example.com>, Kim Template <kim@example.net>,
 Alex Pattern <alex@example.com>, kvmarm@lists.example.org, linux-kernel@lists.example.org,
 Robin Placeholder <robin@example.net>, Sam Specimen <sam@example.org>
Content-Type: text/plain; charset="UTF-8"
Content-Transfer-Encoding: {encoding}
X-Filter-Relay: mail 1.5.0 on lists.example.org
X-Filter-Score: score -1.9 (-), tests passed: KNOWN_SENDER, SIGNED, LIST_MEMBER
X-BeenThere: linux-arm-kernel@lists.example.org
Precedence: list
List-Id: <linux-arm-kernel.lists.example.org>
List-Unsubscribe: <https://lists.example.org/options/linux-arm-kernel>
List-Archive: <https://lists.example.org/archive/linux-arm-kernel/>
List-Post: <mailto:linux-arm-kernel@lists.example.org>
Sender: "linux-arm-kernel" <linux-arm-kernel-bounces@lists.example.org>
"""
MESSAGE = """\
One pass over {name} took as long as there was work, so that a busy source
could keep the others waiting for seconds. Give a pass a budget of {number},
and leave the rest to the next one. What is left is counted under the lock
that is held anyway, so that nobody has to walk the list to know it.

While at it, bring the order of the steps into line with the other users,
undo a half-done range where the second half fails, and say in the log which
letter was not understood: "unknown letter" alone helped nobody.

A pass over 1024 entries takes {number} us less than before on the boards that
could be tried; with an empty list there is no difference to be seen.

Reviewed-by: Kim Template <kim@example.net>
Tested-by: Alex Pattern <alex@example.com>
Signed-off-by: Jo Example <jo@example.org>
---
v{version}:
 - the budget is a constant, not a parameter of the module (Kim)
 - entries in use go to the end of the list

"""
END = "-- \n2.51.0.1\n\n"


def written(count: int, hidden: Sequence[str] = ()) -> list[bytes]:
    """So many mails, the same ones each time; each of ``hidden`` is replaced by another word of its length."""
    return [_mail(random.Random(number), number, hidden) for number in range(count)]


def _mail(chance: random.Random, number: int, hidden: Sequence[str]) -> bytes:
    encoding = ENCODINGS[number % len(ENCODINGS)]
    names = chance.sample(NAMES, chance.randint(2, 4))
    told = {
        "name": names[0], "number": number + 1, "version": chance.randint(2, 9), "part": chance.randint(1, 12),
        "second": number % 60, "token": "".join(chance.choices("abcdefghijkmnpqrstuvwxyz23456789+/", k=72)),
    }  # fmt: skip
    body = MESSAGE.format(**told) + "".join(_diffs(chance, number, names)) + END
    for word in sorted(hidden, key=len, reverse=True):
        body = body.replace(word, "q" * len(word))
    sent = quopri.encodestring(body.encode()) if encoding == "quoted-printable" else body.encode()
    return HEADERS.format(**told, encoding=encoding).encode() + b"\n" + sent


def _diffs(chance: random.Random, number: int, names: Sequence[str]) -> Iterator[str]:
    """The change of one file for each name; that of the first has a hunk about tags."""
    ordinary, tags = _hunks("ordinary.diff"), _hunks("tags.diff")
    for name in names:
        chosen = chance.sample(ordinary, chance.randint(1, 5))
        if name is names[0]:
            chosen.insert(chance.randint(0, len(chosen)), tags[number % len(tags)])
        path = f"{chance.choice(FOLDERS)}/{name}.c"
        before, after = (f"{chance.getrandbits(48):012x}" for _ in range(2))
        yield f"diff --git a/{path} b/{path}\nindex {before}..{after} 100644\n--- a/{path}\n+++ b/{path}\n"
        yield from _placed(chance, name, chosen)


def _placed(chance: random.Random, name: str, chosen: Sequence[str]) -> Iterator[str]:
    """Hunks with their places, one below the other."""
    old, shift = 20, 0
    for hunk in chosen:
        named = re.sub(r"DEV(?=_[A-Z])", name.upper(), hunk).replace("DEV", name)
        heading, *lines = named.replace("NUM", str(chance.randint(2, 64))).splitlines()
        minus, plus = (sum(not line.startswith(mark) for line in lines) for mark in "+-")
        yield f"@@ -{old},{minus} +{old + shift},{plus} @@ {heading}\n"
        yield from (f"{line or ' '}\n" for line in lines)
        old, shift = old + minus + chance.randint(20, 200), shift + plus - minus


def _hunks(name: str) -> list[str]:
    """The hunks of a file, each with its heading in the first line."""
    return (INPUTS / name).read_text(encoding="utf-8")[len("@@ ") :].split("\n@@ ")
