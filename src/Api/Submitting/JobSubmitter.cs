using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using QueueInference.Api.Hosting;
using QueueInference.Api.Jobs;
using QueueInference.Api.Models;
using QueueInference.Api.Problems;
using QueueInference.Api.Requests;
using QueueInference.Api.Webhooks;
using QueueInference.Contracts;
using QueueInference.Core.Hosting;
using QueueInference.Core.Jobs;
using QueueInference.Core.Payloads;
using QueueInference.Core.Store;
using QueueInference.Core.Telemetry;
using QueueInference.Core.Tensors;

namespace QueueInference.Api.Submitting;

/// <summary>From a well-formed request to an accepted job: compare with the model, name it, send it.</summary>
internal sealed class JobSubmitter(
    ModelDirectory models, SubmitGroups groups, JobSubmissions store, StoreIdentity identity, WebhookUrlPolicy webhooks, StandardWebhookSigner signer,
    JobWaiters waiters, InputPlacer placer, Partitions partitions, IOptions<JobOptions> jobs, IOptions<ApiOptions> api, IOptions<PayloadOptions> payloads, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Task<SubmitOutcome>> _twins = new();

    /// <summary>Submits a job.</summary>
    /// <param name="request">What the caller asks for.</param>
    /// <param name="tenant">Whose job it is.</param>
    /// <param name="idempotency">The caller's key, and what tells its requests apart; null without one.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    /// <exception cref="ProblemException">It was refused.</exception>
    public Task<SubmitOutcome> SubmitAsync(JobRequest request, string tenant, (string Key, string Fingerprint)? idempotency, CancellationToken cancellationToken) =>
        SubmitAsync(request, partition => placer.PlaceAsync(partition, request.Inputs, cancellationToken), tenant, idempotency?.Key, () => idempotency, cancellationToken);

    /// <summary>Submits a job whose inputs are still arriving; they are taken once the rest of it is right.</summary>
    /// <exception cref="ProblemException">It was refused.</exception>
    public Task<SubmitOutcome> SubmitAsync(JobRequest request, ArrivingInputs arriving, string tenant, string? key, CancellationToken cancellationToken) =>
        SubmitAsync(request, partition => placer.PlaceAsync(partition, request.Inputs, arriving, cancellationToken), tenant, key,
            () => key is null ? null : (key, arriving.Fingerprint()), cancellationToken);

    private async Task<SubmitOutcome> SubmitAsync(
        JobRequest request, Func<string, Task<IReadOnlyList<Tensor>>> place, string tenant, string? key, Func<(string Key, string Fingerprint)?> idempotency,
        CancellationToken cancellationToken)
    {
        try
        {
            var model = await CheckAsync(request, cancellationToken);
            var partition = key is not null && placer.AreLarge(request.Inputs) ? partitions.Of(key) : partitions.Current;
            var placed = await place(Partitions.Name(partition));
            var outcome = await SendPlacedAsync(request with { Inputs = placed }, partition, tenant, idempotency(), model, cancellationToken);
            if (outcome.Problem is { } problem)
            {
                throw new ProblemException(problem);
            }

            Count(model.Model, outcome.Replayed ? "replayed" : "accepted");
            return outcome;
        }
        catch (ProblemException e)
        {
            // Only names that exist become labels, or a caller could make as many series as it likes.
            Count(e.Problem.Slug == "model-not-found" ? "" : request.Model, e.Problem.Slug);
            throw;
        }
        catch (StoreUnavailableException)
        {
            throw new ProblemException(SubmitProblems.StoreUnavailable);
        }
        catch (StoreFullException)
        {
            throw new ProblemException(SubmitProblems.StoreFull);
        }
    }

    private async Task<SubmitOutcome> SendPlacedAsync(
        JobRequest request, int partition, string tenant, (string Key, string Fingerprint)? idempotency, ModelVersionInfo model, CancellationToken cancellationToken)
    {
        try
        {
            var id = JobId.Create(partition, time.GetUtcNow().ToUnixTimeMilliseconds(), tenant, await identity.KeyAsync(cancellationToken));
            return idempotency is { } key
                ? await OnceAsync(key.Key, key.Fingerprint, id, request, tenant, model, cancellationToken)
                : await SendExpectedAsync(id, request, tenant, model);
        }
        finally
        {
            await placer.LetGoAsync(request.Inputs);
        }
    }

    private async Task<ModelVersionInfo> CheckAsync(JobRequest request, CancellationToken cancellationToken)
    {
        var model = await models.FindAsync(request.Model, request.Version, cancellationToken)
            ?? throw new ProblemException(new Problem("model-not-found", "No worker has announced this model and version. GET /v1/models lists those that exist."));
        if (SignatureCheck.Find(model.Signature, request.Inputs, request.Outputs, api.Value.MaxRows) is { } mismatch)
        {
            throw new ProblemException(mismatch.Code, mismatch.Pointer, mismatch.Message);
        }

        if (Payloads.Bytes(request.Inputs) > payloads.Value.MaxBytes)
        {
            throw new ProblemException(SubmitProblems.TooLarge(payloads.Value.MaxBytes));
        }

        CheckWebhook(request.Webhook);
        return model;
    }

    private void CheckWebhook(WebhookTarget? webhook)
    {
        if (webhook is null)
        {
            return;
        }

        if (!signer.CanSign)
        {
            throw new ProblemException("webhook-url-forbidden", "/webhook", "Webhooks are off: this service has no signing secret (Webhooks__Secret).");
        }

        if (!webhooks.Allows(webhook.Url, out var reason))
        {
            throw new ProblemException("webhook-url-forbidden", "/webhook/url", reason);
        }
    }

    /// <summary>Repeats with one key are one job; repeats at the same moment share one submission.</summary>
    private async Task<SubmitOutcome> OnceAsync(
        string key, string fingerprint, JobId proposed, JobRequest request, string tenant, ModelVersionInfo model, CancellationToken cancellationToken)
    {
        var (id, first) = await store.BindKeyAsync(tenant, key, proposed, fingerprint, cancellationToken);
        Failpoint.Hit(FailpointNames.AfterKey);
        if (first != fingerprint)
        {
            throw new ProblemException(new Problem("idempotency-key-reused", "This Idempotency-Key came with another request before. Use a new key."));
        }

        var mine = new TaskCompletionSource<SubmitOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var twin = _twins.GetOrAdd(id.Text, mine.Task);
        if (twin != mine.Task)
        {
            return await twin is { Problem: null } shared ? shared with { Replayed = true } : await twin;
        }

        try
        {
            var outcome = await SendAsync(id, request, tenant, model);
            mine.SetResult(outcome);
            return outcome;
        }
        finally
        {
            _twins.TryRemove(id.Text, out _);
            mine.TrySetResult(SubmitOutcome.Refused(SubmitProblems.Unconfirmed(id)));
        }
    }

    private async Task<SubmitOutcome> SendExpectedAsync(JobId id, JobRequest request, string tenant, ModelVersionInfo model)
    {
        if (!request.Waits)
        {
            return await SendAsync(id, request, tenant, model);
        }

        var (joined, accepted) = (waiters.Join(id), false);
        try
        {
            var outcome = await SendAsync(id, request, tenant, model);
            accepted = outcome.Problem is null;
            return outcome with { Joined = accepted ? joined : null };
        }
        finally
        {
            if (!accepted)
            {
                waiters.Leave(joined);
            }
        }
    }

    private Task<SubmitOutcome> SendAsync(JobId id, JobRequest request, string tenant, ModelVersionInfo model)
    {
        var spec = new JobSpec
        {
            Model = model.Model,
            Version = request.Version,
            Priority = request.Priority,
            Tenant = tenant,
            CreatedAt = id.CreatedAt,
            Deadline = request.Deadline?.ToUnixTimeMilliseconds(),
            ResultTtlSeconds = request.ResultTtlSeconds ?? (int)jobs.Value.ResultTtl.TotalSeconds,
            MaxAttempts = model.MaxAttempts,
            Outputs = request.Outputs,
            Webhook = request.Webhook,
            Metadata = request.Metadata,
        };
        return groups.SendAsync(new PendingSubmit(new NewJob(id, spec, Kept(request.Inputs)), request.Inputs, time.GetTimestamp()), model.MaxGroupJobs);
    }

    /// <summary>What the store keeps of the inputs: where large ones are, always; others only where it is to keep them.</summary>
    private byte[] Kept(IReadOnlyList<Tensor> inputs) => AbsentData.PayloadOf(inputs) is { } payload ? TensorManifest.Encode(payload, inputs)
        : jobs.Value.KeepInputs == KeepInputs.Never ? []
        : TensorCodec.ToArray(inputs);

    private static void Count(string model, string outcome) => InferenceTelemetry.Submitted.Add(1, new("model", model), new("outcome", outcome));
}
