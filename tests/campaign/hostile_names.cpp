#include "tests/campaign/hostile_names.h"

#include <algorithm>
#include <array>
#include <random>

#include "core/text.h"

namespace candid::test {
namespace {

constexpr size_t kMaxCellBytes = 2000;

std::string utf8(char32_t c) {
  auto byte = [](uint32_t value) { return static_cast<char>(value); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F))};
  if (c < 0x10000) return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
  return {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
}

// RFC 3629, section 4: nothing when the bytes are not UTF-8.
std::optional<std::u32string> decoded(std::string_view bytes) {
  std::u32string text;
  for (size_t at = 0; at < bytes.size();) {
    auto byte = [&](size_t offset) -> uint32_t {
      return at + offset < bytes.size() ? static_cast<uint8_t>(bytes[at + offset]) : 0;
    };
    uint32_t lead = byte(0);
    size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : 4;
    if (length == 4 && (lead < 0xF0 || lead > 0xF4)) return std::nullopt;
    char32_t c = length == 1 ? lead : lead & (0x7F >> length);
    for (size_t i = 1; i < length; ++i) {
      if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
      c = c << 6 | (byte(i) & 0x3F);
    }
    constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
    if (c < kLeast[length] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return std::nullopt;
    text += c;
    at += length;
  }
  return text;
}

// Unicode's White_Space, and the two that come along when cells are pasted from web pages.
bool is_blank(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 ||
         c == 0xFEFF || c == 0x200B;
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {}

  std::string word() {
    return one_of({"Jane", "Jane Sample", "O'Neil", "José", "Łukasz Żółć", "Ὀδυσσεύς", "Дмитрий", "王小明", "さくら",
                   "김민준", "محمد علي", "שרה לוי", "अनिष्का", "நிலா", "สมชาย", "Nguyễn Thị"});
  }

  std::string gap() { return below(2) == 0 ? " " : ""; }

  // ---- Pieces that may be drawn.
  std::string direction_marks() {
    static const std::u32string kOpening = U"\u202A\u202B\u202D\u202E\u2066\u2067\u2068";
    std::string text;
    std::string closing;
    for (size_t i = 1 + below(6); i > 0; --i) {
      size_t which = below(kOpening.size());
      text += utf8(kOpening[which]) + word();
      if (below(2) == 0) closing.insert(0, utf8(which < 4 ? U'\u202C' : U'\u2069'));
    }
    if (below(4) == 0) text += utf8(one_of(std::u32string(U"\u200E\u200F\u061C\u202C\u2069")));
    return text + closing + (below(3) == 0 ? one_of({"gpj.exe", "fdp.", ")]}"}) : "");
  }
  std::string stacked_marks() {
    std::string text = one_of({"a", "e", "Z", "ا", "क", "ก", "が", " ", "{", "<", ""});
    for (size_t i = below(8) == 0 ? 300 : 1 + below(60); i > 0; --i) {
      switch (below(6)) {
        case 0:
          text += utf8(one_of(std::u32string(U"\u0483\u0591\u05B0\u064B\u0651\u0670\u093C\u0E31\u0E48\u302A\u3099")));
          break;
        case 1:
          text += utf8(0x20D0 + static_cast<char32_t>(below(0x20)));
          break;
        default:
          text += utf8(0x300 + static_cast<char32_t>(below(0x70)));
      }
    }
    return text;
  }
  std::string format() {
    return one_of(
        {"%s%s%s%n",  "%d",    "%",       "100%",    "%%",           "%n%n%n%n",     "%1$s%2$n",          "%*.*f",
         "%08x.%08x", "%p",    "%ls",     "%hhn",    "%{localtime}", "%{pts:hms}",   "%{metadata:title}", "%{eif:n:d}",
         "%05d.png",  "%00",   "%0a%0d",  "{}",      "{0}",          "{:>99999999}", "{0:{1}}",           "{!r}",
         "%(name)s",  "$name", "${name}", "#{name}", "%name%",       "@name"});
  }
  std::string field() {
    return one_of({"{{email}}",
                   "{{name}}",
                   "{{ name }}",
                   "{{{email}}}",
                   "{{&email}}",
                   "{{#name}}x{{/name}}",
                   "{{^email}}y{{/email}}",
                   "{{>name}}",
                   "{{>x}}",
                   "{{> ../../etc/passwd}}",
                   "{{! note}}",
                   "{{=<% %>=}}",
                   "<%email%>",
                   "{{name | default:\"x\"}}",
                   "{{name | upper}}",
                   "{{{{",
                   "}}}}",
                   "{{",
                   "}}",
                   "{",
                   "}",
                   "{{0}}",
                   "{{1}}",
                   "{{#0}}",
                   "{{/0}}",
                   "{{.}}",
                   "{{#",
                   "{{}}",
                   "{{\n}}",
                   "{{no_such_field}}"});
  }
  std::string quote() {
    return one_of({"\"",  "\"\"", "\"\"\"", "'",   "''",  "`",   "\\",    "\\\"",    "\\'",     "\\\\",
                   "“x”", "«x»",  "\"x",    "x\"", "\\n", "\\0", "\\x00", "\\u0000", "\\u202e", "'x\"y`z"});
  }
  std::string separator() {
    return one_of({",", ";", "\t", "|", ",,", ";;;", "\n", "\r\n", "\r", "\n\n", "a\nb\nc", "a\r\nb", "a\rb", "\t\t",
                   ",\"x\"", "x, y"});
  }
  std::string other_row() {
    return one_of({"\"\n9999,Mallory,Boss,m@example.com\n\"", "\r\nn1,Mallory,Boss,m@example.com\r\n", "\",\"\",\"",
                   "sep=;\n", "id,name,role,email", "\"\r\n\"\"\r\n", "a\"\",b"});
  }
  std::string noncharacter() {
    std::array<char32_t, 6> some = {0xFFFE,  0xFFFF,   0xFDD0 + static_cast<char32_t>(below(32)),
                                    0x1FFFE, 0x10FFFF, static_cast<char32_t>(1 + below(16)) << 16 | 0xFFFE};
    return utf8(some[below(some.size())]);
  }
  std::string private_use() {
    std::array<char32_t, 4> some = {0xE123, 0xE000 + static_cast<char32_t>(below(0x1900)),
                                    0xF0000 + static_cast<char32_t>(below(0xFFFD)),
                                    0x100000 + static_cast<char32_t>(below(0xFFFD))};
    return utf8(some[below(some.size())]);
  }
  std::string emoji() {
    std::string text = one_of({"👩‍👩‍👧‍👦", "👩🏽‍🚀", "🏳️‍🌈", "🇩🇪", "🇩", "🇩🇪🇫",
                               "❤️‍🔥", "☠︎", "1️⃣", "🧑🏿‍🤝‍🧑🏻", "🏿", "\u200D"});
    for (size_t i = below(5) == 0 ? 10 + below(40) : below(3); i > 0; --i)
      text += "\u200D" + one_of({"👩", "👨", "👧🏽", "❤️", "🚀", "x"});
    return text;
  }
  std::string tags() {
    std::string text = below(2) == 0 ? "🏴" : "\U000E0001";
    for (size_t i = 1 + below(12); i > 0; --i) text += utf8(0xE0020 + static_cast<char32_t>(below(0x60)));
    return below(2) == 0 ? text + "\U000E007F" : text;
  }
  std::string long_cell() {
    const std::string unit = one_of({"x", "é", "王", "👩", "a ", "Jane Sample ", "{{name}} ", "e\u0301", "م", "%s"});
    std::array<size_t, 7> sizes = {500, 1500, 1990, 2000, 2001, 2100, 20'000};
    const size_t size = sizes[below(sizes.size())];
    std::string text;
    while (text.size() < size) text += unit;
    return text;
  }
  std::string path() {
    return one_of({"../../etc/passwd",
                   "/etc/passwd",
                   "..",
                   ".",
                   "./",
                   "../",
                   "../../../../../../../../etc/shadow",
                   "..\\..\\windows\\system.ini",
                   "C:\\con",
                   "/dev/zero",
                   "/dev/stdin",
                   "/proc/self/environ",
                   "~/.ssh/id_rsa",
                   "~root",
                   "//server/share",
                   "\\\\?\\C:\\",
                   ".htaccess",
                   "-rf",
                   "--help",
                   "a/b",
                   "/",
                   "x.mp4/../../y",
                   "..%2f..%2fetc%2fpasswd",
                   "..;/..;/",
                   "*",
                   "?",
                   "[a-z]",
                   "con",
                   "NUL",
                   "com1",
                   "LPT9.txt",
                   "aux."});
  }
  std::string link() {
    return one_of({"file:///etc/passwd", "file://localhost/etc/passwd", "http://169.254.169.254/latest/",
                   "javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "ftp://a:b@c/",
                   "concat:/etc/passwd|/etc/hosts", "subfile,,start,0,end,9,,:/etc/passwd", "pipe:0",
                   "crypto:/etc/passwd", "tcp://127.0.0.1:1", "gopher://127.0.0.1:70/_x", "\\\\127.0.0.1\\c$",
                   "mailto:x@y.z?bcc=w@v.u"});
  }
  std::string filter() {
    return one_of({"x',drawtext=textfile=/etc/passwd", "drawtext=textfile=/etc/passwd:reload=1",
                   "':textfile=/etc/passwd:x='", "[in]movie=/etc/passwd[out]", "subtitles=/etc/passwd", "\\:",
                   "\\\\\\:", "x:fontfile=/dev/zero", "%{expr_int_format\\:1\\:d}", "{\\an8}", "{\\fs200\\p1}m 0 0",
                   "scale=99999:99999", "[0:v][1:v]overlay", "-f lavfi -i sine", "amovie=/etc/passwd,"});
  }
  std::string html() {
    return one_of({"<script>alert(1)</script>",
                   "</script><script>alert(1)</script>",
                   "\"><img src=x onerror=alert(1)>",
                   "<svg/onload=alert(1)>",
                   "</title>",
                   "</h2></article><article>",
                   "<!--",
                   "-->",
                   "<![CDATA[",
                   "<b>x</b>",
                   "' onmouseover='alert(1)",
                   "<a href=\"javascript:alert(1)\">x</a>",
                   "<style>*{display:none}</style>",
                   "<iframe src=file:///etc/passwd>",
                   "<base href=//x>",
                   "<",
                   ">",
                   "<>",
                   "< b",
                   "</",
                   "<?php ?>",
                   "<plaintext>",
                   "\"/><x a=\"",
                   "<bdo dir=rtl>x</bdo>"});
  }
  std::string sql() {
    return one_of({"Robert'); DROP TABLE messages;--", "' OR '1'='1", "\"; ATTACH '/etc/passwd' AS x;--",
                   "1; PRAGMA writable_schema=1", "x' UNION SELECT load_extension('x')--", "/* */", "?1", ":name",
                   "%' ESCAPE '\\", "NULL", "''';--"});
  }
  std::string shell() {
    return one_of({"$(touch /tmp/x)", "`id`", "; rm -rf /", "| cat /etc/passwd", "&& reboot", "> /etc/passwd",
                   "< /etc/passwd", "$HOME", "${IFS}", "!!", "\\$(id)", "'$(id)'", "x\ny", "~", "{a,b}", "$((1+1))",
                   "${jndi:ldap://127.0.0.1/x}", "__import__('os')"});
  }
  std::string formula() {
    return one_of({"=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"http://x\",\"y\")", "=cmd|'/C calc'!A0",
                   "=WEBSERVICE(\"file:///etc/passwd\")", "'=1", "=", "-", "#REF!", "\t=1", "DDE(\"x\")", "1e999",
                   "NaN"});
  }
  std::string markup() {
    return one_of({"<span foreground=\"red\">x</span>",
                   "<span size=\"999999999\">x</span>",
                   "<big><big>x</big></big>",
                   "<span font_desc=\"/etc/passwd\">x</span>",
                   "<i>x",
                   "</span>",
                   "&lt;b&gt;",
                   "&amp;",
                   "&",
                   "&&",
                   "&#0;",
                   "&#x202e;",
                   "&#65;",
                   "&nosuch;",
                   "&amp;lt;",
                   "<!ENTITY x SYSTEM \"file:///etc/passwd\">",
                   "&x;",
                   "<?xml version=\"1.0\"?>",
                   "<!DOCTYPE x>",
                   "]]>",
                   "<image href=\"file:///etc/passwd\"/>",
                   "<xi:include href=\"/etc/passwd\"/>",
                   "<tspan>x</tspan>",
                   "<c.yellow>x</c>",
                   "<00:00.500>",
                   "00:00.0 --> 00:01.0"});
  }
  std::string long_word() {
    const std::string unit = one_of({"W", "iW", "ß", "ﷺ", "ไก่", "ひ", "م", "क्ष", "-", "_", "\u00AD", "\u2060x", "."});
    std::string text;
    for (size_t i = 20 + below(400); i > 0 && text.size() < 1500; --i) text += unit;
    return text;
  }
  std::string right_to_left() {
    return one_of({"محمد علي", "שרה", "abc שרה 123 محمد", "ABC (שרה) [x]", "1-2-3 שרה", "\u200Fabc", "ﷺ", "ﻼ", "𐤀𐤁",
                   "ܫܠܡܐ", "ދިވެހި", "לָ֗מָּה", "(((שרה", "שרה)))", "ـــــــ", "۱۲۳", "𞤀𞤣"});
  }
  std::string cluster() {
    return one_of({"क्ष्म्य", "र्क",  "ि",           "्",          "्््",
                   "ক্ষ",   "நௌ",  "శ్రీ",          "ക്ഷ്യ",       "ක්‍ෂ",
                   "ខ្មែរ", "្ក",   "བསྒྲུབས",        "ྐ",          "မြန်မာ",
                   "ฏี้",    "ำำำ", "ກຳ",          "ꦏ꧀ꦱ",       "ᄀᄀᄀ각ᆨᆨ",
                   "ᅡ",   "각",  "क्‍",   "क्‌", "\u25CC\u093F",
                   "ᬓ᭄ᬱ",  "ཀྵ",   "ඣ්‍ර"});
  }
  std::string variation() {
    return one_of({"a\uFE0F", "☺\uFE0E", "☺\uFE0F\uFE0F\uFE0F", "\uFE0F", "葛\U000E0100", "葛\U000E01EF", "\U000E0100",
                   "0\uFE00", "ᠠ\u180B", "᠎\u180E", "\uFE00\uFE01\uFE02", "👩\uFE0E\u200D"});
  }
  std::string line_separator() {
    return "a" + one_of({"\u2028", "\u2029", "\u2028\u2029", "\u2028\u2028\u2028"}) + one_of({"b", "", "\u2029"});
  }
  std::string unseen() {
    return one_of({"\uFEFF",       "x\uFEFFy",   "\u200B", "x\u200By", "\u200C",
                   "\u200D",       "\u2060",     "\u00AD", "\u180E",   "\uFFF9x\uFFFAy\uFFFB",
                   "\u034F",       "\u3164",     "\u115F", "\u2800",   "\u2063",
                   "\u206A\u206F", "\U0001D173", "\uFFFC", "x\uFFFCy", "\u17B4",
                   "\uFFA0",       "\U0001BCA0"});
  }
  std::string rare() {
    return one_of({"𠀀",         "𪚥",     "𓀀",        "𒀀",      "𝕁𝕒𝕟𝕖",   "Ｊａｎｅ",   "Jаne",   "ᴊᴀɴᴇ",
                   "Ⓙⓐⓝⓔ",       "JosÃ©",  "Oâ€™Neil", "Å",      "Å",      "ﬁ",          "ŉ",      "ẞ",
                   "İ",          "ı",      "ǰ",        "ΐ",      "ﬃ",      "\U0002FA1D", "\u0378", "\U000107FF",
                   "\U00050000", "\u1FEF", "\u2126",   "\u0F73", "\u0344", "豈",         "Z͑ͫ̓A̴̵L̠ͨG̴̻Ǫ̵!"});
  }
  std::string spaces() {
    return one_of({"  ", "\u00A0", "\u3000", "\u2003", "\u202F", "\t", " \n ", "a  b", "a\u00A0b", " \u200B ", "\u1680",
                   "\u2028", "a \t b"});
  }

  // ---- Pieces that must not be.
  std::string blank() {
    return one_of(
        {"", " ", "   ", "\u00A0", "\u3000\u3000", "\t", "\n", "\r\n", " \uFEFF", "\u200B", "\u2028", "\v", "\f"});
  }
  std::string control() {
    char c = static_cast<char>(1 + below(0x1F));
    return "a" + std::string(1, below(12) == 0 ? '\x7F' : c) + "b";
  }
  std::string c1_control() { return "a" + utf8(0x80 + static_cast<char32_t>(below(0x20))) + "b"; }
  std::string terminal() {
    return one_of({"\x1B[2J", "\x1B]0;x\a", "\x1B[31mx\x1B[0m", "\b\b\bx", "\x1BP+q\x1B\\", "\u009B2J", "x\x7F", "\a"});
  }
  std::string nul() {
    using namespace std::string_literals;
    return one_of({"\0"s, "a\0b"s, "\0\0\0\0"s, "x.mp4\0.png"s, "\0/etc/passwd"s});
  }
  std::string surrogate() {
    std::string high = {'\xED', static_cast<char>(0xA0 + below(16)), static_cast<char>(0x80 + below(64))};
    std::string low = {'\xED', static_cast<char>(0xB0 + below(16)), static_cast<char>(0x80 + below(64))};
    return one_of({high, low, high + low, low + high, "x" + high + "y"});
  }
  std::string overlong() {
    return one_of({"\xC0\xAF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\xAF", "\xE0\x9F\xBF", "\xF0\x80\x80\xAF",
                   "\xF0\x8F\xBF\xBF",
                   "..\xC0\xAF..\xC0\xAF"
                   "etc",
                   "\xC0\xBCscript\xC0\xBE", "\xF8\x80\x80\x80\xAF", "\xFC\x80\x80\x80\x80\xAF"});
  }
  std::string truncated() {
    return one_of({"\xE2\x82", "\xE2", "\xF0\x9F\x98", "\xF0\x9F", "\xF0", "\xC3", "x\xC3", "\xC3(", "\xE2\x28\xA1",
                   "\x80", "\xBF\xBF\xBF", "\xFE", "\xFF", "\xFF\xFEx", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
                   "\xF7\xBF\xBF\xBF", "Bj\xF6rn", "\xEF\xBF"});
  }
  std::string no_character() { return one_of({"\uFFFD", "x\uFFFDy", "\uFFFD\uFFFD"}); }

  size_t below(size_t count) { return random_() % count; }

 private:
  template <typename Text>
  Text one_of(std::initializer_list<Text> texts) {
    return texts.begin()[below(texts.size())];
  }
  std::string one_of(std::initializer_list<const char*> texts) { return texts.begin()[below(texts.size())]; }
  char32_t one_of(const std::u32string& characters) { return characters[below(characters.size())]; }

  std::mt19937 random_;
};

struct Kind {
  const char* name;
  std::string (Generator::*make)();
};

constexpr std::array kDrawable = {
    Kind{"direction marks", &Generator::direction_marks},
    Kind{"stacked marks", &Generator::stacked_marks},
    Kind{"format", &Generator::format},
    Kind{"field", &Generator::field},
    Kind{"quote", &Generator::quote},
    Kind{"separator", &Generator::separator},
    Kind{"other row", &Generator::other_row},
    Kind{"noncharacter", &Generator::noncharacter},
    Kind{"private use", &Generator::private_use},
    Kind{"emoji", &Generator::emoji},
    Kind{"tags", &Generator::tags},
    Kind{"path", &Generator::path},
    Kind{"link", &Generator::link},
    Kind{"filter", &Generator::filter},
    Kind{"html", &Generator::html},
    Kind{"sql", &Generator::sql},
    Kind{"shell", &Generator::shell},
    Kind{"formula", &Generator::formula},
    Kind{"markup", &Generator::markup},
    Kind{"right to left", &Generator::right_to_left},
    Kind{"cluster", &Generator::cluster},
    Kind{"variation", &Generator::variation},
    Kind{"line separator", &Generator::line_separator},
    Kind{"unseen", &Generator::unseen},
    Kind{"rare", &Generator::rare},
    Kind{"spaces", &Generator::spaces},
    Kind{"long word", &Generator::long_word},
    Kind{"long cell", &Generator::long_cell},
};
// The last ones are not set beside others: shaping a thousand letters takes a hundred times as long as a name's.
constexpr size_t kShort = kDrawable.size() - 2;

constexpr std::array kRefused = {
    Kind{"blank", &Generator::blank},
    Kind{"control", &Generator::control},
    Kind{"C1 control", &Generator::c1_control},
    Kind{"terminal", &Generator::terminal},
    Kind{"NUL", &Generator::nul},
    Kind{"surrogate", &Generator::surrogate},
    Kind{"overlong", &Generator::overlong},
    Kind{"truncated", &Generator::truncated},
    Kind{"no character", &Generator::no_character},
};

// Lines that a text editor counts in it, less one.
int line_ends(std::string_view text) {
  int count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    bool is_first_of_two = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    count += text[i] == '\n' || (text[i] == '\r' && !is_first_of_two) ? 1 : 0;
  }
  return count;
}

// RFC 4180
std::string quoted_cell(const std::string& bytes) {
  std::string cell = "\"";
  for (char c : bytes) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + '"';
}

}  // namespace

std::vector<HostileName> hostile_names(size_t count, uint32_t seed) {
  Generator generator(seed);
  std::vector<HostileName> names;
  for (size_t i = 0; i < count; ++i) {
    size_t turn = i % (kDrawable.size() + kRefused.size());
    const Kind& kind = turn < kDrawable.size() ? kDrawable[turn] : kRefused[turn - kDrawable.size()];
    auto any_piece = [&] {
      bool is_refused = generator.below(64) == 0;
      const Kind& other = is_refused ? kRefused[generator.below(kRefused.size())] : kDrawable[generator.below(kShort)];
      return (generator.*other.make)();
    };
    // Statement by statement, so that every compiler asks for random numbers in the same order.
    std::string bytes = (generator.*kind.make)();
    if (generator.below(3) != 0) {
      if (generator.below(2) == 0) bytes.insert(0, generator.gap()).insert(0, generator.word());
      if (generator.below(2) == 0) bytes.append(generator.gap()).append(generator.word());
      for (size_t more = generator.below(5); more > 0; --more) bytes.append(generator.gap()).append(any_piece());
    }
    names.push_back({kind.name, std::move(bytes)});
  }
  return names;
}

std::optional<std::string> text_of_cell(std::string_view bytes) {
  std::optional<std::u32string> text = decoded(bytes);
  if (!text) return std::nullopt;
  while (!text->empty() && is_blank(text->back())) text->pop_back();
  text->erase(text->begin(), std::find_if_not(text->begin(), text->end(), is_blank));
  bool is_refused = std::any_of(text->begin(), text->end(), [](char32_t c) {
    return c == 0xFFFD || (is_control(c) && c != '\n' && c != '\r' && c != '\t');
  });
  std::string drawn;
  for (char32_t c : *text) drawn += utf8(c);
  drawn = normalize(drawn);
  if (is_refused || drawn.empty() || drawn.size() > kMaxCellBytes) return std::nullopt;
  return drawn;
}

std::string on_one_line(const std::string& text) {
  std::string line;
  bool is_apart = false;
  const std::u32string characters = decoded(text).value();
  for (char32_t c : characters) {
    bool is_dropped =
        is_control(c) || c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    if (!is_dropped) line += (is_apart && !line.empty() ? " " : "") + utf8(c);
    is_apart = is_dropped;
  }
  return line;
}

HostileRoster roster_of(const std::vector<HostileName>& names) {
  HostileRoster roster{"id,name,role,email\n", {}};
  int line = 2;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string& bytes = names[i].bytes;
    bool is_quoted = bytes.find_first_of(",\"\r\n") != std::string::npos || i % 5 == 0;
    const std::string number = "n" + std::to_string(i);
    roster.csv += number + ',' + (is_quoted ? quoted_cell(bytes) : bytes) + ",Engineer," + number + "@example.com" +
                  (i % 3 == 0 ? "\r\n" : "\n");
    roster.lines.push_back(line);
    line += 1 + line_ends(bytes);
  }
  return roster;
}

}  // namespace candid::test
