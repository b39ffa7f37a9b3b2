import { describe, expect, it } from "vitest";
import { brokerUrls } from "../../../supervisors/config/broker-url.ts";
import { clusterConfiguration, labelsOf, nodesOf } from "../../../supervisors/config/cluster-part.ts";

const accepts = (given: Record<string, unknown>): boolean => clusterConfiguration.safeParse(given).success;

describe("clusterConfiguration", () => {
  it.each([
    { node_name: "alpha" },
    { node_name: "aiex@localhost" },
    { node_name: "node_2@host-1.example.org" },
    { enabled: "true" },
    { enabled: false },
    { nats_url: "nats://127.0.0.1:4222" },
    { nats_url: "tls://a.example.org, host:4223,nats://[::1]:4222" },
    { labels: "zone=a,disk=fast,empty=" },
    { time_factor: 2.5 },
    { partition_tolerance: "shutdown", node_recovery_timeout_ms: 5_000 },
    { required_nodes: "alpha, beta@host", sync_timeout_ms: 100 },
    { discovery_strategy: "kubernetes_dns", service_name: "aiex-headless", namespace: "default" },
  ])("accepts %j", (given) => {
    expect(accepts(given)).toBe(true);
  });

  it.each([
    { node_name: "" },
    { node_name: "cli-ada" },
    { node_name: "a b" },
    { node_name: "alpha@" },
    { node_name: "alpha\r\nPUB x" },
    { node_name: "x".repeat(61) },
    { name: "two words" },
    { name: "aiex.other" },
    { enabled: "yes" },
    { nats_url: "" },
    { nats_url: "nats://user:password@host" },
    { nats_url: "http://host" },
    { nats_url: "ho\r\nst" },
    { labels: "zone" },
    { labels: "=a" },
    { time_factor: 0 },
    { managed: { server: "" } },
    { remote_eval: "maybe" },
    { partition_tolerance: "hope" },
    { node_recovery_timeout_ms: 0 },
    { node_recovery_timeout_ms: 1.5 },
    { required_nodes: "" },
    { required_nodes: "alpha,,beta" },
    { required_nodes: "al pha" },
    { sync_timeout_ms: -1 },
  ])("refuses %j", (given) => {
    expect(accepts(given)).toBe(false);
  });

  it("does not show a password that was written into a URL", () => {
    const { error } = clusterConfiguration.safeParse({ nats_url: "nats://user:hunter2@host" });
    expect(error?.message).not.toContain("hunter2");
  });
});

describe("nodesOf", () => {
  it("reads names, each once", () => {
    expect(nodesOf("alpha, beta@host,alpha")).toEqual(["alpha", "beta@host"]);
    expect(nodesOf(undefined)).toEqual([]);
  });
});

describe("labelsOf", () => {
  it("reads pairs", () => {
    expect(labelsOf("zone=a, url=x=y,empty=")).toEqual({ zone: "a", url: "x=y", empty: "" });
    expect(labelsOf(undefined)).toEqual({});
  });
});

describe("brokerUrls", () => {
  it("parts what commas part", () => {
    expect(brokerUrls("nats://a:1, b:2")).toEqual(["nats://a:1", "b:2"]);
  });
});
