"""Texts that try to be more than text: well-known ones, and each disguised in the ways that have worked elsewhere."""

from collections.abc import Iterator

SCRIPT = "alert(document.domain)"
ADDRESSES = (
    f"javascript:{SCRIPT}", f"JaVaScRiPt:{SCRIPT}", f"java\tscript:{SCRIPT}", f"&#106;avascript:{SCRIPT}",
    f"javascript&colon;{SCRIPT}", f"\x01javascript:{SCRIPT}", f"vbscript:{SCRIPT}", "data:text/html,<script>1</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "//evil.example", "https:evil", "file:///etc/passwd",
    f'https://x.example/"onmouseover="{SCRIPT}', f"https://x.example/'onclick='{SCRIPT}", f"blob:{SCRIPT}",
)  # fmt: skip
IN_A_LINK = (
    "[x]({})", "[x](<{}>)", "![x]({})", "<{}>", "[x]: {}\n\n[x]", "[![x]({})](https://x.example)", '[x]({} "title")',
    "<a href={}>x</a>", '<a href="{}" autofocus onfocus=alert(1)>x</a>',
)  # fmt: skip
HTML = (
    f"<script>{SCRIPT}</script>", f"<SCRIPT SRC=//evil.example></SCRIPT><img src=x onerror={SCRIPT}>",
    f"<svg/onload={SCRIPT}>", f"<svg><script>{SCRIPT}</script></svg>", f"<body onload={SCRIPT}>",
    f"<iframe srcdoc='<script>{SCRIPT}</script>'></iframe>", f"<iframe src=javascript:{SCRIPT}></iframe>",
    f"<input autofocus onfocus={SCRIPT}>", f"<details open ontoggle={SCRIPT}>x</details>",
    f"<video><source onerror={SCRIPT}></video>", f"<audio src=x onerror={SCRIPT}>",
    f"<object data=javascript:{SCRIPT}>",
    f"<embed src=javascript:{SCRIPT}>", f"<marquee onstart={SCRIPT}>x</marquee>", f"<form action=javascript:{SCRIPT}>",
    f"<button formaction=javascript:{SCRIPT}>x</button>", "<base href=//evil.example/>",
    f"<meta http-equiv=refresh content=0;url=javascript:{SCRIPT}>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example'</style>", f"<math><mtext><img src=x onerror={SCRIPT}></mtext></math>",
    f"<template><img src=x onerror={SCRIPT}></template>", f"</p></div></section><img src=x onerror={SCRIPT}>",
    f'<noscript><p title="</noscript><img src=x onerror={SCRIPT}>">', f"<!--><img src=x onerror={SCRIPT}>-->",
    f"<![CDATA[<img src=x onerror={SCRIPT}>]]>", f"<img src=`x` onerror={SCRIPT}>", f"<x onclick={SCRIPT}>x</x>",
    f"<a xlink:href=javascript:{SCRIPT}><rect/></a>", f"<textarea><img src=x onerror={SCRIPT}></textarea>",
    f"<img src=x:x onerror={SCRIPT} //", "<div style=background:url(//evil.example)>x</div>", "<h1>x</h1>",
    f"&lt;img src=x onerror={SCRIPT}&gt;", f"&#60;script&#62;{SCRIPT}&#60;/script&#62;",
    f"\\<script>{SCRIPT}\\</script>",
)  # fmt: skip
AROUND = ("{}", "**{}**", "- {}\n- x", "1. {}", "> {}", "`{}`", "# {}", "    {}", "```\n{}\n```")
TEMPLATES = (
    "{{7*7}}", "{{ 7 * 7 }}", "{% raw %}x{% endraw %}", "{%7*7%}", "{# x #}", "${7*7}", "#{7*7}", "<%= 7*7 %>",
    "{0.__class__}", "{self.__init__.__globals__}", "{card.__class__.__mro__}", "%(name)s", "%s", "{!r}", "{}",
    "{{''.__class__.__mro__[1].__subclasses__()}}", "{{config}}" + " {{ request }}", "@(7*7)",
    "*{7*7}*x", "{php}x{/php}",
)  # fmt: skip
"""Shown as they are typed. `{{config}}` would be refused for its unknown value {config}; it may come from elsewhere."""


def all_of_them() -> Iterator[str]:
    yield from (link.format(address) for address in ADDRESSES for link in IN_A_LINK)
    yield from (around.format(html) for html in HTML for around in AROUND[:3])
    yield from (around.format(HTML[1]) for around in AROUND[3:])
    yield from TEMPLATES
