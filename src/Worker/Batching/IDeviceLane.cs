namespace QueueInference.Worker.Batching;

/// <summary>Something that takes turns on a device.</summary>
internal interface IDeviceLane
{
    /// <summary>Slots of the device that a run takes.</summary>
    int Slots { get; }

    /// <summary>Whether something waits.</summary>
    bool HasWork { get; }

    /// <summary>Takes what is to run now, and runs it. It never throws.</summary>
    void RunNext();
}
