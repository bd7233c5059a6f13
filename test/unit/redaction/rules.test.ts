// The rules as data: only what JavaScript and Python read alike, and nothing that any of the three models hides is missing.

import { expect, test } from "vitest";
import rules from "../../../src/redaction/rules.json" with { type: "json" };
import { createRedactor } from "../../../src/redaction/redactor.ts";
import { valueChecks } from "../../../src/redaction/value-checks.ts";

const patterns = [...rules.values, ...rules.assignments].map(({ pattern }) => pattern).concat(Object.values(rules.endings));
/** A pattern without its classes and escaped characters: what is left is structure. */
const structureOf = (pattern: string): string => pattern.replace(/\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\./g, "E").replace(/\[[^\]]*\]/g, "C");

test.each(patterns)("pattern %s keeps to the subset that both languages read alike", (pattern) => {
  expect(pattern.match(/\\[^dwbrntxu\\.$()[\]{}+*?/]/g) ?? []).toEqual([]);
  expect(pattern).not.toMatch(/\(\?<[a-zA-Z]|\(\?P|\\[1-9]|\\k|\(\?[a-z]+\)/);
  expect(structureOf(pattern)).not.toMatch(/[.^$]/);
  expect(structureOf(pattern)).not.toMatch(/[+*}]\+/);
});

test.each(patterns)("pattern %s has no open-ended repeat inside a repeat", (pattern) => {
  expect(structureOf(pattern)).not.toMatch(/\((?:\?:)?[^()]*[CE][+*][^()]*\)[+*]/);
});

test("each check that a rule names exists", () => {
  const named = rules.values.flatMap((rule) => ("check" in rule && rule.check !== undefined ? [rule.check] : []));
  expect(named.filter((check) => !valueChecks.has(check))).toEqual([]);
  expect(new Set(named).size).toBe(valueChecks.size);
});

test("what makes a rule worth trying is lower case, and names in prose are names", () => {
  for (const rule of [...rules.values, ...rules.assignments]) {
    for (const need of ("needs" in rule ? rule.needs : undefined) ?? []) expect(need).toBe(need.toLowerCase());
  }
  for (const word of rules.names.prose) expect(rules.names.contains).toContain(word);
});

// Facts, from: dd-trace-py ddtrace/debugging/_redaction.py, sentry-python sentry_sdk/scrubber.py, django/views/debug.py.
const datadog =
  "2fa accesstoken aiohttpsession apikey apisecret apisignature appkey applicationkey auth authorization authtoken ccnumber certificatepin cipher clientid clientsecret connectionstring connectsid cookie credentials creditcard csrf csrftoken cvv databaseurl dburl encryptionkey encryptionkeyid geolocation gpgkey ipaddress jti jwt licensekey masterkey mysqlpwd nonce oauth oauthtoken otp passhash passwd password passwordb pemfile pgpkey phpsessid pin pincode pkcs8 privatekey publickey pwd recaptchakey refreshtoken routingnumber salt secret secretkey secrettoken securityanswer securitycode securityquestion serviceaccountcredentials session sessionid sessionkey setcookie signature signaturekey sshkey ssn symfony token transactionid twiliotoken usersession voterid xapikey xauthtoken xcsrftoken xforwardedfor xrealip xsrf xsrftoken";
const sentry =
  "password passwd secret api_key apikey auth credentials mysql_pwd privatekey private_key token session csrftoken sessionid x_csrftoken x_forwarded_for set_cookie cookie authorization proxy_authorization x_api_key aiohttp_session connect.sid csrf_token csrf _csrf _csrf_token PHPSESSID _session symfony user_session _xsrf XSRF-TOKEN x_real_ip ip_address remote_addr";
const django =
  "API_HOST MY_API AUTH_PASSWORD_VALIDATORS OAUTH_X ACCESS_TOKEN CACHE_MIDDLEWARE_KEY_PREFIX SECRET_KEY SECRET_KEY_FALLBACKS EMAIL_HOST_PASSWORD PASS SIGNATURE_X HTTP_COOKIE STRIPEKEY";

test.each([datadog, sentry, django].flatMap((list) => list.split(" ")))("the name %s hides its value", (name) => {
  const redactor = createRedactor();
  expect(redactor.hidesName(name)).toBeDefined();
  expect(redactor.hidesName(name.toUpperCase())).toBeDefined();
  expect(redactor.hidesName(`HTTP_${name.toUpperCase().replaceAll("-", "_")}`)).toBeDefined();
});
