using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;

namespace QueueInference.Bench.Rows;

/// <summary>Every row; README.md explains them.</summary>
internal static class RowList
{
    public static List<Row> All { get; } =
    [
        new("R1", ">=0.97", "items/s through the service ÷ raw ONNX Runtime loop, ResNet-50 shape", context => Throughput.RunAsync(context, BenchModels.ResNet50())),
        new("R1b", ">=0.97", "the same, BERT-base shape (128 words, 2 kB of input)", context => Throughput.RunAsync(context, BenchModels.BertBase)),
        new("R1s", ">=0.50", "the same, real text-direction classifier (110 kB input)", context => Throughput.RunAsync(context, BenchModels.TextDirection)),
        new("G", ">=0.95/0.85", "R1 on a GPU: BERT-base / ResNet-50 shapes (--providers cuda)", Gpu.RunAsync),
        new("o", "<=250", "CPU-µs per durable single-row job, all processes but the generator, null model",
            context => FullLoad.ServiceAsync(context, ClosedLoop.WaitAsync, service => service.Micros)),
        new("tax", "<=1.5", "o ÷ that of the native twin: Kestrel, RabbitMQ.Client and StackExchange.Redis, a message for each job",
            context => FullLoad.BesideTwinAsync(context, ClosedLoop.WaitAsync, BenchModels.Null, context.Options.InFlightFull)),
        new("taxs", "", "the same with the model of R1s, in ONNX Runtime in both",
            async context => BenchModels.TextDirection is { } model
                ? await FullLoad.BesideTwinAsync(context, ClosedLoop.WaitAsync, model, context.Options.InFlight)
                : Outcome.NotRun(BenchModels.NoTextDirection)),
        new("N", ">=4000", "null jobs/s end to end over HTTP, results read back",
            context => FullLoad.ServiceAsync(context, ClosedLoop.WaitAsync, service => service.Rates)),
        new("L", "<=3/10", "added latency at 30 % of N, p50/p99 in ms from the intended send", AddedLatency.RunAsync),
        new("T", "<=3", "p99 ÷ run time of one best batch at 80 % load, open loop, simulated", TailRatio.RunAsync),
        new("S", ">=0.95", "throughput of 4 workers ÷ 4 times that of one, simulated", ScaleOut.RunAsync),
        new("P", "0/<=0.10", "0.1 % poison: innocents harmed / share of throughput lost", Poison.RunAsync),
        new("auto", ">=0.92", "raw throughput at the batch size that the worker chose ÷ at the best", AutoBatch.RunAsync),
        new("low", "<=0.1ms|5%", "p50 of one lonely job: batch size auto less batch size 1", LowLoad.RunAsync),
        new("pad", "<=1.25", "elements with padding ÷ without, lengths 16–256", Padding.RunAsync),
        new("naive", ">=1", "throughput ÷ that of the best naive worker; latency beside theirs, simulated", NaiveRow.RunAsync),
        new("peers", ">=3", "jobs/s ÷ those of the best of Celery, BullMQ and Hangfire, text-direction classifier", context => PeersRow.RunAsync(context, BenchModels.TextDirection)),
        new("peers0", "", "the same, null model", context => PeersRow.RunAsync(context, BenchModels.Null)),
        new("swap", "<=1.5/1", "p99 while a version takes the place of another ÷ p99 before, at 60 % load / seconds until a rollback is in force", Swap.RunAsync),
        new("shadow", "<=1.10", "p99 with a candidate in shadow ÷ without, at 80 % load", ShadowCost.RunAsync),
        new("A", "<=4096/0", "managed bytes per job in the worker, payload left out / bytes per job in large objects of ours", Allocation.RunAsync),
        new("profile", "", "where Api and Worker spend their time, at R1s", Profile.RunAsync),
        new("o64", "<=60", "CPU-µs per job of a bulk of 64, null model, all processes but the generator", BulkCost.RunAsync),
    ];
}
