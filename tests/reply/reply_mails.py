"""A mail with a planted defect, in every encoding that lists carry."""

import base64
import quopri

HEADERS = """\
From: Jo Example <jo@example.org>
To: linux-arm-kernel@lists.example.org
Cc: =?utf-8?q?Ren=C3=A9=2C_S=2E_Sample?= <rene@example.com>, "Doe, Jim" <jim@example.com>
Subject: [PATCH 2/3] arm64: mte: Fill the pool
Date: Tue, 3 Mar 2026 10:12:31 +0100
Message-ID: <pool-2@example.org>
In-Reply-To: <pool-0@example.org>
References: <before@example.org> <pool-0@example.org>
"""
FLAGGED = "+\tif (page_mte_tagged(page)) { /* größer = besser */"
DIFF = f"""\
diff --git a/arch/arm64/mm/pool.c b/arch/arm64/mm/pool.c
--- a/arch/arm64/mm/pool.c
+++ b/arch/arm64/mm/pool.c
@@ -10,7 +10,7 @@ struct pool;
 void pool_add(struct page *page)
 {{
-\tif (try_page_mte_tagging(page)) {{
{FLAGGED}
 \t\tmte_clear_page_tags(page_address(page));
 \t\tset_page_mte_tagged(page);
 \t}}
"""
TEXT = f"The pool is filled.\n\n{DIFF} }}\n-- \n2.39.5\n"


def encoded(text: str, how: str, headers: str = HEADERS) -> bytes:
    """A mail with ``text`` under a transfer encoding, or flowed."""
    data = text.encode()
    kind = "text/plain; charset=utf-8"
    if how == "quoted-printable":
        data = quopri.encodestring(data)
    elif how == "base64":
        data = base64.encodebytes(data)
    elif how == "flowed":
        kind, how = f"{kind}; format=flowed", "8bit"
        data = data.replace(b"\n ", b"\n  ").replace(b"(page)) { /*", b"(page)) { \n/*")
    return f"{headers}Content-Type: {kind}\nContent-Transfer-Encoding: {how}\n\n".encode() + data
