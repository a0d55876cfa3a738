using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Payloads;
using QueueInference.Core.Tensors;
using StackExchange.Redis;
using static QueueInference.Tests.Shared.StoreHarness;

namespace QueueInference.Tests.Shared;

/// <summary>Random interleavings of all transitions, compared step by step with a reference model in plain C#.</summary>
public abstract class JobStoreModelContract(IConnectionMultiplexer redis)
{
    private const int Steps = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task AnyInterleaving_AgreesWithTheReferenceModel(int seed)
    {
        var store = new StoreHarness(redis);
        var random = new Random(seed * 7919);
        for (var round = 0; round < 25; round++)
        {
            var (large, payload) = (round % 2 == 0, PayloadLedger.NewName("p00"));
            await new PayloadLedger(store.Redis).NoteAsync(payload, TimeSpan.FromHours(1), Stop);
            var job = store.NewJob(
                spec => spec with { MaxAttempts = random.Next(1, 4), Webhook = new("https://example.com") }, large ? TensorManifest.Encode(payload, []) : null);
            var model = new ReferenceJob(job.Spec.MaxAttempts, large);
            var log = new List<string>();
            for (var step = 0; step < Steps; step++)
            {
                var (name, expected, actual) = await StepAsync(store, job, model, random);
                log.Add($"{name}: {actual}");
                Assert.True(expected == actual, $"seed {seed} round {round} step {step}: expected {expected}\n{string.Join('\n', log)}");
                var record = await store.Reads.GetAsync(job.Id, Stop);
                Assert.True(record?.State == model.State && (record?.Attempt ?? 0) == model.Attempt,
                    $"seed {seed} round {round}: {record?.State}/{record?.Attempt}, expected {model.State}/{model.Attempt}\n{string.Join('\n', log)}");
                var kept = await PayloadAsync(store, payload);
                Assert.True(kept == model.Payload, $"seed {seed} round {round}: the payload is {kept}, expected {model.Payload}\n{string.Join('\n', log)}");
            }

            // What still runs would be published again by every later sweep.
            await store.Submissions.CancelAsync(job.Id, job.Spec.Model, Stop);
        }
    }

    private static async Task<string> PayloadAsync(StoreHarness store, string payload) =>
        await store.Redis.GuardAsync(r => r.SortedSetScoreAsync("qi:{p00}:payloads", payload), Stop) is null ? "kept"
        : (await new PayloadLedger(store.Redis).DueAsync("p00", 100_000, Stop)).Contains(payload) ? "due"
        : "noted";

    private static async Task<(string Name, string Expected, string Actual)> StepAsync(StoreHarness store, NewJob job, ReferenceJob model, Random random)
    {
        var token = "t" + random.Next(4);
        var message = "m" + random.Next(2);
        var expires = random.Next(2) == 0;
        var (submissions, claims, sweeps) = store.With(o =>
            (o.Lease, o.LeaseGrace, o.ConfirmWindow) = (expires ? TimeSpan.Zero : TimeSpan.FromMinutes(1), TimeSpan.Zero, TimeSpan.Zero));
        var lease = new Lease(job.Id, token);
        switch (random.Next(11))
        {
            case 0:
                var reserved = (await submissions.ReserveAsync([job], Stop))[0];
                return ("reserve", model.Reserve(), $"{reserved.Outcome}");
            case 1:
                return ("confirm", model.Confirm(), $"{(await submissions.ConfirmAsync([job], Stop))[0]}");
            case 2 or 3 or 4:
                // A token is used for one message only, as in a worker.
                token += message;
                return ($"claim {token} {message} {expires}", model.Claim(token, message, expires), $"{await ClaimAsync(claims, job, Claimant(message, token))}");
            case 5:
                token += message;
                return ($"start {token}", model.Start(token, model.Attempt + 1, expires),
                    $"{await claims.StartAsync(new Lease(job.Id, token), model.WantedAttempt, Stop)}");
            case 6:
                token += message;
                return ($"renew {token}", model.Renew(token, expires), $"{(await claims.RenewAsync([new Lease(job.Id, token)], Stop))[0]}");
            case 7:
                token += message;
                return ($"release {token}", model.Release(token), $"{(await claims.ReleaseAsync(job.Spec.Model, [new Lease(job.Id, token)], Stop))[0]}");
            case 8:
                token += message;
                return random.Next(4) == 0
                    ? ($"finish {token}", model.Finish(token), $"{await FinishAsync(claims, job, token)}")
                    : ($"renew {token}", model.Renew(token, expires), $"{(await claims.RenewAsync([new Lease(job.Id, token)], Stop))[0]}");
            case 9 when random.Next(8) == 0:
                return ("cancel", model.Cancel(), $"{await submissions.CancelAsync(job.Id, job.Spec.Model, Stop)}");
            default:
                return random.Next(4) == 0
                    ? ("sweep", model.Sweep(), await SweepAsync(sweeps, job) ?? "none")
                    : ("confirm", model.Confirm(), $"{(await submissions.ConfirmAsync([job], Stop))[0]}");
        }
    }
}
