using QueueInference.Api.Jobs;
using QueueInference.Api.Problems;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;

namespace QueueInference.Api.Bulk;

/// <summary>What <see cref="JobQueries"/> answers for one job, for many in one round trip. A problem of one is no problem of the others.</summary>
internal sealed class BulkQueries(JobQueries queries, JobReads reads, StoreIdentity identity)
{
    /// <summary>Reads the ids that a caller sent; those that are malformed, made up or another's are answered like unknown ones.</summary>
    /// <exception cref="ProblemException">The store does not answer.</exception>
    public async Task<(Dictionary<int, JobId> Ids, List<FoundJob> Unknown)> ParseAsync(
        IReadOnlyList<string> texts, string tenant, CancellationToken cancellationToken)
    {
        var key = await JobQueries.GuardAsync(async () => await identity.KeyAsync(cancellationToken));
        var (ids, unknown) = (new Dictionary<int, JobId>(texts.Count), new List<FoundJob>());
        for (var index = 0; index < texts.Count; index++)
        {
            if (JobId.TryParse(texts[index], tenant, key, out var id))
            {
                ids.Add(index, id);
            }
            else
            {
                unknown.Add(new(index, null, null, JobQueries.NotFound));
            }
        }

        return (ids, unknown);
    }

    /// <summary>The jobs, with their results where they have succeeded.</summary>
    public async Task<IReadOnlyList<FoundJob>> GetAsync(IReadOnlyList<(int Index, JobId Id)> wanted, CancellationToken cancellationToken)
    {
        try
        {
            var found = await JobQueries.GuardAsync(() => reads.GetManyAsync([.. wanted.Select(one => one.Id)], cancellationToken));
            return [.. wanted.Select((one, i) => Found(one.Index, one.Id, found[i].Record, found[i].Outputs))];
        }
        catch (ProblemException e)
        {
            return [.. wanted.Select(one => new FoundJob(one.Index, null, null, e.Problem))];
        }
    }

    private FoundJob Found(int index, JobId id, JobRecord? record, Tensor[]? outputs)
    {
        try
        {
            var job = queries.Existing(id, record);
            return new(index, job, job.State == JobState.Succeeded ? JobQueries.Filled(outputs) : null, null);
        }
        catch (ProblemException e)
        {
            return new(index, null, null, e.Problem);
        }
    }
}
