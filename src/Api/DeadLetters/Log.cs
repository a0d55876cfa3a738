namespace QueueInference.Api.DeadLetters;

internal static partial class Log
{
    [LoggerMessage(141, LogLevel.Error,
        "A {Kind} letter from {Queue}: {Reason}. It holds {Jobs} jobs in {Bytes} bytes, which wait until it is sent again: GET /v1/admin/dead-letters/{Id}")]
    public static partial void Kept(ILogger logger, string kind, string? queue, string reason, int? jobs, int bytes, string id);

    [LoggerMessage(142, LogLevel.Warning, "Dead letters cannot be looked for, and will be later: {Reason}")]
    public static partial void NotKept(ILogger logger, string reason);

    [LoggerMessage(143, LogLevel.Warning, "{Count} dead letters stay on the broker: Api:MaxDeadLetterBytes of them are kept already")]
    public static partial void NoRoom(ILogger logger, long count);

    [LoggerMessage(144, LogLevel.Information, "Dead letter {Id} was sent to {Queue} again")]
    public static partial void Redriven(ILogger logger, string id, string queue);

    [LoggerMessage(145, LogLevel.Warning, "{Count} dead letters were deleted by an administrator")]
    public static partial void Deleted(ILogger logger, int count);
}
