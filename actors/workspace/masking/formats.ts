// Finds secrets that their own form gives away: tokens, signed tokens, private keys, addresses with a password.
import { tokenFormats } from "../../analysis/text-rules.ts";
import type { Span } from "./span.ts";

/**
 * Wider than what an analysis reports: a token that is cut short, made up or for tests is no finding, and is masked all the
 * same. No pattern can backtrack far: each is a fixed beginning and one or two runs of a fixed set.
 */
const wideFormats: readonly RegExp[] = [
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}/g,
  /\bgh[pousr]_[A-Za-z0-9]{16,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{16,}/g,
  /\bgl[a-z]{2,5}-[A-Za-z0-9_-]{20,}/g,
  /\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{10,}/g,
  /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}/g,
  /\bwhsec_[A-Za-z0-9+/=]{16,}/g,
  /\bsk-[A-Za-z0-9_-]{20,}/g,
  /\bnpm_[A-Za-z0-9]{20,}/g,
  /\bpypi-[A-Za-z0-9_-]{16,}/g,
  /\bhf_[A-Za-z0-9]{20,}/g,
  /\bdop_v1_[a-f0-9]{32,}/g,
  /\bAIza[A-Za-z0-9_-]{20,}/g,
  /\bya29\.[A-Za-z0-9_-]{20,}/g,
  /\bSG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,}/g,
  /\bhooks\.slack\.com\/services\/[A-Za-z0-9/_-]{8,}/g,
  /\bdiscord(?:app)?\.com\/api\/webhooks\/[A-Za-z0-9/_-]{8,}/g,
  /\bdiscord(?:app)?\.com\/api\/v\d{1,2}\/webhooks\/[A-Za-z0-9/_-]{8,}/g,
  /\bhooks\.slack\.com\/(?:workflows|triggers)\/[A-Za-z0-9/_-]{8,}/g,
  /\bwebhook\.office\.com\/[A-Za-z0-9/_@-]{8,}/g,
  // A token of a Discord bot: the number of its account in base64, a time, a signature.
  /\b[MNO][A-Za-z0-9_-]{20,30}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{25,45}/g,
  /\b(?:hv[sbr]|dp\.(?:pt|st|ct|sa|scim|audit))\.[A-Za-z0-9_-]{16,}/g,
  /\b(?:dckr_pat|rubygems|shp(?:at|ca|pa|ss)|glsa|figd|lin_api|shippo_live)_[A-Za-z0-9_-]{16,}/g,
  /\b(?:GOCSPX|NRAK|PMAK|sq0[a-z]{3}|key)-[A-Za-z0-9_-]{22,}/g,
  /\bAGE-SECRET-KEY-1[A-Z0-9]{20,}/g,
  /\b1\/\/0[A-Za-z0-9_-]{20,}/g,
  // A signed token (JWT): header and claims are JSON, so both begin as {" does in base64.
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g,
];

const KEY_EDGE = /-----(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** Lines of a key are 64 or 70 characters long; code that only looks for the edges has none. */
const KEY_LINE = /[A-Za-z0-9+/]{24}/;
/** No key holds these, whatever joins its lines; code does. */
const CODE = /[{}<>[\]|&!?]/;
/** What may follow the first edge of a key without an end: its lines, and what joins them in a literal. */
const KEY_BODY = /[A-Za-z0-9+/=\s\\"'`,#*]*/y;
/** The largest keys in use (RSA of 8192 bits) take 6.4 KB; where the end is missing, this much may be one. */
const keyCharactersMax = 8_192;

/** User and password of an address. Both are bounded, so that a line of slashes costs no more than its length. */
const LOGIN = /([^\s/:@"'`<>]{0,256}):([^\s/"'`<>]{1,512})@/y;
/** A token in place of the user. */
const TOKEN_LOGIN = /([^\s/:@"'`<>]{12,512})@/y;
/** A shorter one is the name of a user unless it has a digit. */
const tokenLoginCharactersMin = 20;

/** What a command, a query or a header says about its next word; the secret is the last group. */
const announced: readonly RegExp[] = [
  /\bcurl\b[^\r\n]{0,200}?[ \t](?:-u|--user)[ =]{0,3}["']?[^\s:"']{1,64}:([^\s"'`]{1,200})/g,
  /\bsshpass[ \t]{1,4}-p[ \t]{0,4}["']?([^\s"'`]{1,200})/g,
  /\b(?:docker|podman|helm|az)[ \t][^\r\n]{0,100}?\blogin\b[^\r\n]{0,200}?[ \t]-p[ \t]{1,4}["']?([^\s"'`]{1,200})/g,
  /\b(?:mysql|mysqldump|mysqladmin)[ \t][^\r\n]{0,200}?[ \t]-p([^\s"'`]{1,200})/g,
  /\blogin[ \t]{1,4}\S{1,64}[ \t]{1,4}password[ \t]{1,4}([^\s"'`]{1,200})/g,
  /\bidentified[ \t]{1,4}(?:with[ \t]{1,4}\w{1,40}[ \t]{1,4})?by[ \t]{1,4}(?:password[ \t]{1,4})?\\?["']([^"'\\\r\n]{1,200})/gi,
  /\b(?:key|name)=\\?["'][\w.:-]{0,64}(?:password|secret|pwd|token|apikey|connectionstring)[\w.:-]{0,20}\\?["'][ \t]{1,4}value=\\?["']([^"'\\\r\n]{1,500})/gi,
  /\b(?:jsessionid|phpsessid|sessionid|session_id|csrftoken|connect\.sid)=([^;\s"'`]{6,500})/gi,
  /[?&](?:key|sig|signature|code|auth)=([A-Za-z0-9%._~+/-]{8,500})/gi,
  /\$\{[\w.-]{0,60}(?:password|secret|token|key)[\w.-]{0,60}:([^}\s"'`]{1,200})\}/gi,
  /\b_auth[ \t]?=[ \t]?["']?([A-Za-z0-9+/=]{8,500})/g,
  // A source of Go's MySQL driver has no "://".
  /[\w.-]{1,64}:([^\s:@/"'`]{1,128})@(?:tcp|udp|unix)\(/g,
  /\bjdbc:oracle:\w{1,10}:[\w$#]{1,64}\/([^\s@"'`]{1,128})@/g,
];

const AUTHORIZATION = /\b(?:bearer|basic)[ \t]{1,8}([A-Za-z0-9._~+/=-]{8,})/gi;

/** What stands for a value that comes from elsewhere. */
const REFERENCE =
  /^(?:(?:bearer|basic|token)\s+)?(?:\$\{[^}]*\}|\{\{[^}]*\}\}|\{[\w.]*\}|#\{[^}]*\}|%\(\w+\)s|%[sdv]|<[^<>]*>|\$\([^)]*\)|\$[A-Z_][A-Z0-9_]*)$/i;

export function isReference(value: string): boolean {
  return REFERENCE.test(value.trim());
}

export function formatSpans(text: string): Span[] {
  const patterns = [...tokenFormats.map(({ pattern }) => pattern), ...wideFormats];
  const tokens = patterns.flatMap((pattern) =>
    Array.from(text.matchAll(pattern), ({ index, 0: token }) => ({
      start: index,
      end: index + token.length,
    })),
  );
  const words = announced.flatMap((pattern) => announcedSpans(text, pattern));
  return [...tokens, ...words, ...privateKeys(text), ...logins(text), ...authorizations(text)];
}

function announcedSpans(text: string, pattern: RegExp): Span[] {
  return Array.from(text.matchAll(pattern)).flatMap(({ index, 0: whole, 1: value = "" }) => {
    const start = index + whole.lastIndexOf(value);
    return isReference(value) || value.startsWith("$") ? [] : [{ start, end: start + value.length }];
  });
}

/** Whole blocks, edges included. */
function privateKeys(text: string): Span[] {
  const edges = [...text.matchAll(KEY_EDGE)];
  return edges.flatMap((edge, index) => {
    if (edge[1] !== "BEGIN") return [];
    const next = edges[index + 1];
    const bodyStart = edge.index + edge[0].length;
    const body = text.slice(bodyStart, Math.min(next?.index ?? text.length, bodyStart + keyCharactersMax));
    const isClosed = next?.[1] === "END" && next.index === bodyStart + body.length && !CODE.test(body);
    if (isClosed && KEY_LINE.test(body)) return [{ start: edge.index, end: next.index + next[0].length }];
    KEY_BODY.lastIndex = 0;
    const lines = KEY_BODY.exec(body)?.[0] ?? "";
    return KEY_LINE.test(lines) ? [{ start: edge.index, end: bodyStart + lines.length }] : [];
  });
}

function logins(text: string): Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
    LOGIN.lastIndex = at + 3;
    const login = LOGIN.exec(text);
    if (login !== null) {
      const [, user = "", password = ""] = login;
      const start = at + 3 + user.length + 1;
      if (!isReference(password)) spans.push({ start, end: start + password.length });
      continue;
    }
    TOKEN_LOGIN.lastIndex = at + 3;
    const token = TOKEN_LOGIN.exec(text)?.[1];
    const isToken = token !== undefined && (token.length >= tokenLoginCharactersMin || /\d/.test(token));
    if (isToken && !isReference(token)) spans.push({ start: at + 3, end: at + 3 + token.length });
  }
  return spans;
}

function authorizations(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(AUTHORIZATION)) {
    const value = match[1] ?? "";
    // "Basic authentication" is prose.
    if (!/[0-9=]/.test(value)) continue;
    const end = match.index + match[0].length;
    spans.push({ start: end - value.length, end });
  }
  return spans;
}
