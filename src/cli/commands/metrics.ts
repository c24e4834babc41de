// `writ metrics`: what is measured as numbers for collectors, once or at a port of this node's loopback. Sends nothing.
import { buildCommand, type Command } from "@stricli/core";
import { escapeUntrusted } from "../../stdx/escape.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { home, optionalText } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { line } from "../output.ts";

interface MetricsFlags {
  readonly home: string | undefined;
  readonly format: "prometheus" | "otlp";
  readonly listen: string | undefined;
}

async function metrics(this: CliContext, { listen, format, ...flags }: MetricsFlags): Promise<number> {
  const path = homePath(this, flags.home);
  if (listen !== undefined) {
    if (format === "otlp")
      throw new WritError("WRIT_USAGE", "`--listen` serves Prometheus' text alone", {
        hint: "writ metrics --format otlp  # once, to standard output",
      });
    const address = loopbackOf(listen);
    const { serveMetrics } = await import("../../governor/serve-metrics.ts");
    const ending = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => ending.abort());
    await serveMetrics({ home: path, ...address, end: ending.signal }, (url) => line(this, url));
    return EXIT.done;
  }
  const { measureHome } = await import("../../governor/measure-home.ts");
  const measured = await measureHome(path);
  if (format === "otlp") {
    const { otlpJson } = await import("../../measure/export/otlp-json.ts");
    line(this, otlpJson(measured));
    return EXIT.done;
  }
  const { metricFamilies } = await import("../../measure/export/metric-families.ts");
  const { prometheusText } = await import("../../measure/export/prometheus-text.ts");
  this.process.stdout.write(prometheusText(metricFamilies(measured)));
  return EXIT.done;
}

/** `127.0.0.1:PORT` or `[::1]:PORT`. */
function loopbackOf(text: string): { readonly host: "127.0.0.1" | "::1"; readonly port: number } {
  const [, host, port = ""] = /^(127\.0\.0\.1|\[::1\]):([0-9]{1,5})$/.exec(text) ?? [];
  if (host !== undefined && Number(port) <= 65_535)
    return { host: host === "[::1]" ? "::1" : "127.0.0.1", port: Number(port) };
  throw new WritError("WRIT_USAGE", `\`${escapeUntrusted(text, 40)}\` is no port of this node's loopback`, {
    hint: "writ metrics --listen 127.0.0.1:9464",
  });
}

export const metricsCommand: Command<CliContext> = buildCommand<MetricsFlags, [], CliContext>({
  func: guarded(metrics),
  parameters: {
    flags: {
      home,
      format: {
        kind: "enum",
        values: ["prometheus", "otlp"],
        default: "prometheus",
        brief: "Prometheus' text, or an OTLP request as JSON",
      },
      listen: optionalText("Serve it here until interrupted: 127.0.0.1:PORT or [::1]:PORT", "ADDRESS"),
    },
  },
  docs: {
    brief: "Print or serve what is measured as numbers for collectors",
    fullDescription:
      "No class, host, name or word of a task is among them. Nothing is sent: a collector asks at `--listen`, or a task\n" +
      "under a writ takes what `--format otlp` printed to an endpoint that the spec names.",
  },
});
