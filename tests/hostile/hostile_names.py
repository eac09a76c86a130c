"""Three hundred names that files of a mail may claim: paths, disguises, devices, control signs and sheer length."""

from __future__ import annotations

PATHS = [
    "../../etc/passwd", "..\\..\\windows\\system32\\a.dll", "/etc/passwd", "C:\\autoexec.bat", "\\\\server\\share\\a.doc",
    "....//....//a", "..%2f..%2fetc", "..%c0%af", "./a.txt", "a/../../b", "~root/.ssh/id_rsa", "file:///etc/passwd",
    "http://x.example/a.exe", "a/b/c.txt", "a\\b\\c.txt", "/", "\\", "..", ".", "...", "../", "..\\", "a/", "a\\",
    "C:", "C:a.txt", "\\\\?\\C:\\a", "/dev/null", "/proc/self/environ", "∕etc∕passwd", "．．／a", "..\u2215a", "..\u2044a",
    "a\u29f8b", "a\uff3cb", "a\uff0fb", "a:b.txt", "a.txt:stream", "a.txt::$DATA", "-rf", "--help", "|ls", "`id`.txt",
    "$(id).txt", "a;ls.txt", "a&b.txt", "a>b.txt", "a<b.txt", "'a'.txt", '"a".txt', "a*.txt", "a?.txt", "a%00.txt", "%PATH%.txt",
]  # fmt: skip
DOTTED = [
    ".htaccess", ".htpasswd", ".git/config", ".env", ".bashrc", ".user.ini", "web.config", "..htaccess", " .htaccess",
    "\u200b.htaccess", "\u200b\u200b.htaccess", "\ufeff.htaccess", "\u2060.htaccess", "\u00ad.htaccess", "\t.htaccess", ".htaccess ",
    ".htaccess.", ".htaccess\u200b", "\u202e.htaccess", "\x00.htaccess", "\x01.htaccess", "\u180e.htaccess", "a.", "a..", "a ", " a", ". a", "a. .",
    "a.php.", "a.php ", "a.php\u200b", "a.php%00.jpg", "a.php\x00.jpg", "a.pht", "a.phtml", "a.php5", "a.svg", "a.html", "a.shtml",
]  # fmt: skip
DEVICES = [
    f"{name}{end}"
    for name in ("CON", "prn", "Aux", "NUL", "COM1", "COM9", "lpt1", "LPT9", "COM¹", "CLOCK$")
    for end in ("", ".txt", ".tar.gz", " ", ".", " .txt")
]
DISGUISED = [
    f"{start}{sign}{end}"
    for sign in "\u202e\u202d\u200e\u200f\u2066\u2069\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u061c\u115f\u3164\u2028\u2029\x85\x7f\ue000"
    for start, end in (("invoice", "fdp.exe"), ("", "a.txt"), ("a.txt", ""))
]
CONTROLS = [f"a{chr(code)}b.txt" for code in range(33)]
LONG = [
    "a" * 300, "a" * 300 + ".pdf", "ы" * 300 + ".pdf", "😀" * 200 + ".pdf", "a." + "b" * 300, "." * 300, " " * 300, "_" * 300,
    "a" * 100_000 + ".txt", ("x." * 200) + "txt", "é" * 240, "é" * 240, "a" * 149 + ".", "a" * 150 + " .txt", "\u0301" * 300,
    "Z\u0351\u036b\u0343" * 100, "語" * 120 + ".docx", "a" * 250 + ".tar.gz", "a.pdf" + " " * 200 + ".exe", "a" * 160,
]  # fmt: skip
ODD = [
    "", " ", "\t", "\u3000", "\u200b", "?", "*", "_", "__", "???.txt", "😀.png", "Ünïcödé.txt", "файл.txt", "文件.txt", "קובץ.txt",
    "ملف.txt", "ไฟล์.txt", "﷽.txt", "ﬁle.txt", "ＡＢＣ.ｔｘｔ", "a\u0308.txt", "A\u030a.txt", "\ud83d.txt", "a\udc00b.txt", "\uffff.txt",
    "\U0010ffff.txt", "=?utf-8?B?Li4vYQ==?=", "=?utf-8?Q?=2Ehtaccess?=", "utf-8''..%2Fa", "<script>alert(1)</script>.txt",
    "a\" onmouseover=\"x.txt", "{{7*7}}.txt", "{% raw %}.txt", "%s%s%n.txt", "a' OR '1'='1.txt", "a;b=c.txt", "a,b.txt",
    "=cmd|' /C calc'!A0.csv", "+1.csv", "@SUM(1).csv", "a\r\nContent-Type: text/html", "a\r\n\r\n<html>", "README", "Makefile", "a",
]  # fmt: skip
NAMES = list(dict.fromkeys(PATHS + DOTTED + DEVICES + DISGUISED + CONTROLS + LONG + ODD))
