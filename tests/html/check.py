# SPDX-License-Identifier: MIT
"""Is a page of the html format what it has to be? One file, nothing to fetch, nothing of a record as markup.

check.py PAGE...: says what is wrong, and ends with 1.
check.py --has PAGE <CHECKS: a line for each check, which is NAME|ID|PATTERN: "ok NAME" when an element of that id or
class has such a text (a regular expression), else "no NAME: " and the texts.
check.py --says PAGE ID <LINES: the lines that stand nowhere in the element of that id; blanks do not count.
"""

import base64
import hashlib
import html.parser
import json
import re
import sys

TAGS = set('''html head meta link title style body header main nav section article details summary div span p a b i h1 h2 h3 h4
    table thead tbody tr th td dl dt dd ul ol li code pre figure figcaption script noscript svg g path rect text'''.split())
ATTRIBUTES = set('''lang charset http-equiv content name rel href id class type open data-severity scope start aria-label role
    viewbox width height d x y rx transform text-anchor xmlns'''.split())
VOID = {'meta', 'link'}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.wrong, self.stack, self.scripts, self.styles, self.policy, self.said = [], [], [], [], None, {}
        self.ids = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag not in TAGS:
            self.wrong.append(f'an element <{tag}>')
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.wrong.append(f'an attribute {name} of <{tag}>')
            if name in ('href', 'src') and not re.match(r'#|data:,$', value or ''):
                self.wrong.append(f'{name}="{value}"')
        if len(attributes) != len(attrs):
            self.wrong.append(f'an attribute of <{tag}> twice')
        if attributes.get('http-equiv') == 'Content-Security-Policy':
            self.policy = attributes['content']
        if 'id' in attributes:
            self.ids.append(attributes['id'])
        if tag not in VOID:
            self.stack.append((tag, attributes))
        if tag == 'script':
            self.scripts.append([attributes, ''])
        if tag == 'style':
            self.styles.append('')
        for name in [attributes.get('id')] + (attributes.get('class') or '').split():
            if name:
                self.said.setdefault(name, []).append('')

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1][0] != tag:
            self.wrong.append(f'</{tag}> out of place')
        else:
            self.stack.pop()

    def handle_data(self, data):
        tag = self.stack[-1][0] if self.stack else ''
        if tag == 'script':
            self.scripts[-1][1] += data
        elif tag == 'style':
            self.styles[-1] += data
        for _, attributes in self.stack:
            for name in [attributes.get('id')] + (attributes.get('class') or '').split():
                if name:
                    self.said[name][-1] += data


def digest(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def check(page, source):
    wrong = list(page.wrong)
    if page.stack:
        wrong.append(f'<{page.stack[-1][0]}> is not closed')
    if len(set(page.ids)) != len(page.ids):
        wrong.append('an id twice')
    if len(page.scripts) != 2 or page.scripts[0][0].get('type') != 'application/json' or page.scripts[1][0]:
        wrong.append('other scripts than the data and ours')
    policy = page.policy or ''
    for text, name in ((page.scripts[-1][1], 'script-src'), (page.styles[0] if page.styles else '', 'style-src')):
        if f"{name} 'sha256-{digest(text)}'" not in policy:
            wrong.append(f'the sum of {name}')
    if len(page.styles) != 1 or "default-src 'none'" not in policy:
        wrong.append('the policy')
    if re.search(r'url\(|@import', page.styles[0]):
        wrong.append('a style that fetches')
    if re.search(r'\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import\(|eval|Function\(|innerHTML|outerHTML|'
                 r'insertAdjacentHTML|document\.write)\b', page.scripts[-1][1]):
        wrong.append('a script that fetches, or makes markup of text')
    bad = re.search(r'[^\n\t\x20-\x7e\u00a0-\uffff\U00010000-\U0010ffff]|[\u2028-\u202e\u2066-\u2069\u200e\u200f]', source)
    if bad:
        wrong.append(f'a control character U+{ord(bad.group()):04X}')
    if re.search('[<>&]', page.scripts[0][1]):
        wrong.append('data that could be markup')
    data = json.loads(page.scripts[0][1])
    for row in data['edges']:
        if not (row[0] < len(data['classes']) and row[1] < len(data['classes']) and row[8] < len(data['stacks']) and
                row[10] < len(data['stacks']) and max(row[9], row[11], row[12]) < len(data['texts'])):
            wrong.append(f'an edge that points nowhere: {row}')
    for finding in data['findings']:
        if any(edge >= len(data['edges']) for edge in finding[7]):
            wrong.append(f'a finding that points nowhere: {finding}')
    for stack in data['stacks']:
        if any(frame >= len(data['frames']) for frame in stack):
            wrong.append('a stack that points nowhere')
    return wrong


def read(name):
    source = open(name, encoding='utf-8', errors='strict').read()
    page = Page()
    page.feed(source)
    page.close()
    return page, source


def has(page):
    for line in sys.stdin.read().splitlines():
        name, where, pattern = line.split('|', 2)
        texts = [' '.join(t.split()) for t in page.said.get(where, [])]
        found = any(re.search(pattern, t) for t in texts)
        print(f'ok {name}' if found else f'no {name}: {str(texts)[:500]}')


def says(page, where):
    text = ''.join(''.join(page.said.get(where, [])).split())
    for line in sys.stdin.read().splitlines():
        if ''.join(line.split()) not in text:
            print(line)


def main():
    if sys.argv[1] == '--has':
        has(read(sys.argv[2])[0])
        return 0
    if sys.argv[1] == '--says':
        says(read(sys.argv[2])[0], sys.argv[3])
        return 0
    wrong = [f'{name}: {w}' for name in sys.argv[1:] for w in check(*read(name))]
    print('\n'.join(wrong[:20]))
    return 1 if wrong else 0


sys.exit(main())
