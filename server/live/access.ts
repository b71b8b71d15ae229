import { timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import { isLoopback } from "../shared/loopback.ts";

/** Who may ask, and who may control. Pure: the same judgement for HTTP requests and socket handshakes. */
export interface AccessPolicy {
  /** The address the server listens on, as configured. */
  readonly host: string;
  readonly port: number;
  /** Name of this machine, which people may type instead of an address. */
  readonly machineName: string;
  /** Null on a loopback address, where every same-origin request may control. */
  readonly token: string | null;
}

export interface RequestFacts {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
}

export interface Refusal {
  readonly allowed: false;
  readonly status: 401 | 403;
  readonly message: string;
}
export type Judgement = { readonly allowed: true } | Refusal;

const allowed: Judgement = { allowed: true };
/** Splits `host:port` of a Host header; undefined when it is neither a name nor an address with an optional port. */
function splitAuthority(authority: string): { readonly name: string; readonly port: number } | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:/@\s]+)(?::(\d{1,5}))?$/.exec(authority);
  return match?.[1] === undefined ? undefined : { name: match[1].toLowerCase(), port: Number(match[2] ?? 80) };
}

/**
 * A name that only this server answers to. An address literal cannot be rebound by somebody else's DNS, so it is
 * accepted wherever the server is reachable from other machines anyway.
 */
function isOurName(name: string, policy: AccessPolicy): boolean {
  if (isLoopback(name) || name === policy.host.toLowerCase()) return true;
  if (isLoopback(policy.host)) return false;
  return isIP(name.replaceAll(/[[\]]/g, "")) !== 0 || name === policy.machineName.toLowerCase();
}

/** May this request be answered at all? Guards against other web pages and rebound names. */
export function judgeRequest(facts: RequestFacts, policy: AccessPolicy): Judgement {
  const host = facts.host === undefined ? undefined : splitAuthority(facts.host);
  if (host === undefined || !isOurName(host.name, policy)) {
    return {
      allowed: false,
      status: 403,
      message: `Host "${facts.host ?? ""}" is not this server; open it by its address, http://${policy.host}:${policy.port}`,
    };
  }
  if (facts.origin === undefined) return allowed;
  if (facts.origin === `http://${facts.host}` || facts.origin === `https://${facts.host}`) return allowed;
  return {
    allowed: false,
    status: 403,
    message: `requests from the page at "${facts.origin}" are not accepted; only this server's own pages may ask`,
  };
}

/** May this request change anything? */
export function judgeControl(facts: RequestFacts, policy: AccessPolicy): Judgement {
  const reading = judgeRequest(facts, policy);
  if (!reading.allowed || policy.token === null) return reading;
  const given = /^Bearer (.+)$/.exec(facts.authorization ?? "")?.[1];
  if (given !== undefined && sameText(given, policy.token)) return allowed;
  return {
    allowed: false,
    status: 401,
    message:
      given === undefined
        ? "a token is needed to control: send the one printed at the server's start as Authorization: Bearer TOKEN"
        : "this token is not the one printed at the server's start",
  };
}

function sameText(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
